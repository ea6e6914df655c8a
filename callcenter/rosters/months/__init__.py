"""The month's roster: versions, leave, swaps; what is published becomes the planned shifts of its days."""
