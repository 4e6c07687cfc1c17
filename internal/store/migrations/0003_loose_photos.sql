-- Photos that no claim or goods took are swept; these find them, and tell whether their content is still another photo's.
CREATE INDEX file_loose ON file (created_ms) WHERE owner_id = 0;
CREATE INDEX file_content ON file (village, sha256);
