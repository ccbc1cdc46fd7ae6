"""What runs beside the tests, in an environment of its own: Pinterest's client pins an old urllib3."""
