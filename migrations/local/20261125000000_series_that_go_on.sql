-- At each start it is looked which series have to be extended. Most series of a large calendar never go on.
CREATE INDEX series_that_go_on ON series (source, extended_until) WHERE has_rule = 1;
