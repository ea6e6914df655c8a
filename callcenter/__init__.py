"""The call-centre application: Flask, database, people. `app.create_app()` puts it together; README has the map."""

__version__ = "0.1.0"
