"""One module per sheet; each has `NAME` and `write(book, report)`."""
