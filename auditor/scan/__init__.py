"""Scans: probes' plans run on the server, what they brought, and the keys of violating rows."""

from auditor.planner import Unseen
from auditor.scan.detection import detection_sql
from auditor.scan.run import Progress, run_scans
from auditor.scan.witnesses import witnesses

__all__ = ["Progress", "Unseen", "detection_sql", "run_scans", "witnesses"]
