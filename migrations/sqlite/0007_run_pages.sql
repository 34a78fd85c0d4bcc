-- What pages about runs ask for.

-- The commit at which the template was read when the run was asked for.
ALTER TABLE runs ADD COLUMN template_commit TEXT;
CREATE INDEX runs_ended_at ON runs (ended_at);
-- Which run made this?
CREATE INDEX run_effects_target ON run_effects (kind, target);
