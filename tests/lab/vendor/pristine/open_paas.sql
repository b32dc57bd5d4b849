-- Pristine state: the tables of open_paas that scripts and probes look at, and databases with a few rows each.
CREATE DATABASE open_paas DEFAULT CHARACTER SET utf8;
USE open_paas;
CREATE TABLE paas_app (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(32), code VARCHAR(32) NOT NULL UNIQUE, auth_token VARCHAR(36), is_default INT NOT NULL DEFAULT 1, state INT DEFAULT 4);
CREATE TABLE esb_app_account (id INT AUTO_INCREMENT PRIMARY KEY, app_code VARCHAR(30) NOT NULL UNIQUE, app_token VARCHAR(128) NOT NULL, introduction LONGTEXT, created_time DATETIME);
CREATE TABLE paas_app_envvars (id INT AUTO_INCREMENT PRIMARY KEY, app_code VARCHAR(32) NOT NULL, mode VARCHAR(16) NOT NULL, name VARCHAR(50) NOT NULL, value VARCHAR(1024), intro VARCHAR(100), UNIQUE KEY one (app_code, mode, name));
CREATE TABLE paas_saas_app (id INT AUTO_INCREMENT PRIMARY KEY, code VARCHAR(32) NOT NULL UNIQUE, name VARCHAR(32), app_id INT, current_version_id INT, online_version_id INT, current_test_version_id INT, test_version_id INT);
CREATE TABLE paas_saas_app_version (id INT AUTO_INCREMENT PRIMARY KEY, version VARCHAR(30) NOT NULL, settings TEXT, saas_app_id INT NOT NULL, upload_file_id INT, updated_at DATETIME);
CREATE TABLE paas_saas_upload_file (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(100), size INT, md5 VARCHAR(32), uploaded_at DATETIME);
CREATE DATABASE cmdb_stand_in;
CREATE DATABASE bk_monitor;
CREATE TABLE bk_monitor.metric (id INT PRIMARY KEY, name VARCHAR(32));
INSERT INTO bk_monitor.metric VALUES (1, 'cpu'), (2, 'mem');
CREATE DATABASE job_execute;
CREATE TABLE job_execute.step_instance (id INT PRIMARY KEY, name VARCHAR(32));
INSERT INTO job_execute.step_instance VALUES (1, 'hello');
