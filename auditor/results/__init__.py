"""From answers to the audit: findings and remedies, what was not seen, which constraints are ready, the verdict."""
