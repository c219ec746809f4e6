"""The phases of a plan in words: what each file does, and what its tab is called."""

from auditor.model import Phase

WHAT = {
    Phase.GUARD: "checks that this is the database that was audited, and makes the quarantine",
    Phase.FENCE: "refuses new violations from now on; old rows stay as they are",
    Phase.CLEANUP: "sets the violating rows aside or mends them, each kept in the quarantine first",
    Phase.INDEXES: "builds the indexes that the constraints need, without blocking writes",
    Phase.CONSTRAINTS: "adds the constraints and validates them",
    Phase.VERIFY: "counts again; raises an error where a violation is left",
    Phase.ROLLBACK: "takes back what the other files did; run it only to undo them",
}
TABS = {
    Phase.FENCE: "Fence",
    Phase.CLEANUP: "Backup and clean-up",
    Phase.INDEXES: "Indexes",
    Phase.CONSTRAINTS: "Constraints",
    Phase.VERIFY: "Verify",
    Phase.ROLLBACK: "Rollback",
}
