"""Rules of reports over a period, without a database: what stands between a build and its approval."""
