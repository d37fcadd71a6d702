DROP TABLE waiting_client_event;
DROP TABLE waiting_client_provider;
DROP TABLE waiting_client_alternative;
DROP TABLE waiting_client;
DROP TABLE waiting_contract_end;
DROP TABLE waiting_product;
DROP TABLE waiting_list_closing_day;
DROP TABLE waiting_list_setting;
