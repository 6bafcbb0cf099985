"""The command line: a client of the API like any other, and the verbs that start and stop this machine's platform."""
