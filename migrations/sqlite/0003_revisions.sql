-- The commit a file was read at, and Git's hash of its content, where it lies in a repository.
ALTER TABLE files ADD COLUMN revision TEXT;
ALTER TABLE files ADD COLUMN blob TEXT;
