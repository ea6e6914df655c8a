"""Forms of the contract: plain values in, a workbook or a paper out. One module per form."""
