"""The month's completion notice and invoice (contract Art. 10–12).

Owns: reductions with their evidence, invoices with due date, payment and interest. The notice and the invoice are
delivered documents: the city's acceptance of the notice is the confirmation of Art. 11, only then the invoice may be
submitted. Never: decides the amount of a reduction (the city does, Art. 10), or pays anything.
"""
