"""`wegwijs new offering`: a new entry for offerings.yaml, by answering questions."""
