"""The files that come out of a batch, one a kind; each is made of stored reports alone."""
