"""A period's roster from people, demand and rules; its change after an absence; why there is none.

``problem``      what goes in: kinds of shift, people, demand, settings
``outcome``      what comes out: `Solution`, `Infeasible` with its conflicts, or `Unsolved` when time ran out
``rules``        the hard rules by name, ``constraints`` the same for the solver
``objective``    what makes a roster better
``model``        the decisions: a kind of shift per person and day, break starts counted per day and kind
                 (``breaks`` deals them to persons)
``building``     `build`: a legal roster, then better ones (``improving``), and how much better any could be
                 (``bounding``)
``replanning``   `replan`: as few changed cells as possible
``explaining``   the smallest impossible part and the rules that conflict in it
``valuing``      what an actual roster costs, ``gaps`` what it leaves open, both by plain counting; ``fairness`` shares

The solver (CP-SAT) is loaded when the first roster is asked for. Rules are kept in every roster that is returned;
demand above the minimum, wishes and fairness are met as far as they can be, and what is not met is said.
"""

from scheduling.rostering.building import build
from scheduling.rostering.objective import WEIGHTS, Weights
from scheduling.rostering.outcome import Cell, Conflict, Infeasible, Outcome, Shortfall, Solution, Unsolved
from scheduling.rostering.problem import Demand, Group, LeaderRule, Problem, Settings, ShiftKind, Worker
from scheduling.rostering.replanning import replan
from scheduling.rostering.rules import RuleCode

__all__ = [
    "WEIGHTS",
    "Cell",
    "Conflict",
    "Demand",
    "Group",
    "Infeasible",
    "LeaderRule",
    "Outcome",
    "Problem",
    "RuleCode",
    "Settings",
    "ShiftKind",
    "Shortfall",
    "Solution",
    "Unsolved",
    "Weights",
    "Worker",
    "build",
    "replan",
]
