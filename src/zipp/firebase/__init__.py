"""Google's credentials and errors, for the three capabilities that may live in Firebase: identity, records, storage."""
