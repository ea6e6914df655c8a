"""The WSGI application, for servers that want a module: `gunicorn wsgi:app`."""

from callcenter.app import served

app = served()
