DROP TABLE scenario_sweep;
DROP TABLE scenario;
