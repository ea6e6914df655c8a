"""How many operators the calls need: forecast, required per slot, service level of the plan, what if."""
