"""The demonstration year: an invented city, company and people, and a plausible year of calls.

The generators here are pure and seeded: the same seed gives the same year, on any machine. `people` invents who,
`shape` when and how long, `conversations` what was said. Nothing in it is anybody's: names are placeholders one
sees to be placeholders (見本, 例田 …), telephone numbers lie where none can be assigned.

`attendance`, `episodes` and `records` make a day's work of it, still pure; `company`, `loader` and `handover` play
the year through the features' services; `months`, `knowledge_story`, `first_edition` and `uses` are its stories, and
`queue` does what they leave to a job. `home` marks the folder it lives in and refuses a real deployment's, `clock`
says where its clock stands, `cli` is the command.
"""
