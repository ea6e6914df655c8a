"""Beside the staff list: training and pledges, what the city said on staffing, labour agreements."""
