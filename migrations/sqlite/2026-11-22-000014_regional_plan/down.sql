DROP TABLE regional_schedule;
DROP TABLE regional_request;
DROP TABLE regional_run_line;
DROP TABLE regional_run;
DROP TABLE assignment_policy;
