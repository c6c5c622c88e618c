-- `v_traces` counts once what spans log again; views are made anew after each migration.
DROP VIEW v_traces;
