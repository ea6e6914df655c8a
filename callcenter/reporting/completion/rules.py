"""Rules of the completion notice and the invoice, without a database: due dates, reductions, interest (Art. 10–12)."""
