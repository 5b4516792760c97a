"""The debtor's own page: its links, what may be uploaded to it, and the hours to choose from."""
