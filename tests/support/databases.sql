-- What a product's databases may hold, and what has spoilt dumps elsewhere. For tests/actions/lib/test_mysql_dump.py.
set sql_mode = '', foreign_key_checks = 0;
create database cmdb default character set utf8;
create database lost;
create database empty_one;
create database `bk iam`;
create database `a``b-c'd"e\f`;
create database `数据库`;

use cmdb;
create table cc_many (id int primary key auto_increment, name varchar(200), note text);
insert into cc_many (name, note)
    select concat('host-', seq), repeat(concat('it''s "one" \\ (', seq, '),(', seq, '); -- '), 4) from seq_1_to_4000;
create table cc_lost (id int primary key, at timestamp not null default current_timestamp);
insert into cc_lost values (1, '2026-01-01 00:00:01'), (2, '2026-06-01 12:00:00'), (3, '2026-12-31 23:59:59');
create table cc_empty (id int);
create table cc_busy (id int);
insert into cc_busy select seq from seq_1_to_40;
create table cc_dropped (id int);
create table cc_generated (a int, b int as (a * 2) stored, c varchar(9) as (concat(a, '),(')) virtual);
insert into cc_generated (a) values (1), (2), (-3), (null);
create table cc_bytes (id int primary key, raw blob, bits bit(9), wide varbinary(300));
insert into cc_bytes values (1, unhex('000a0d1a27225c28292c'), b'101', repeat(char(39), 300)), (2, null, null, ''), (3, '', b'0', '(');
create table cc_words (id int primary key, word text character set utf8mb4);
insert into cc_words values (1, '蓝鲸 🐳'), (2, 'a\nINSERT INTO `cc_words` VALUES (9,''x'');\nUSE `lost`;\n'), (3, '\\'), (4, ''''), (5, '\'),(\''), (6, 'CREATE TABLE `cc_lost` (');
create table `cc (odd) 'name'` (`a'b` int, `c),(d` text);
insert into `cc (odd) 'name'` values (1, '('), (2, ')');
create table `cc_odd_made` (`a'b` int, `c),(d` int as (`a'b` + 1) stored);
insert into `cc_odd_made` (`a'b`) values (1), (2), (3);
create table cc_parts (id int) partition by hash (id) partitions 3;
insert into cc_parts select seq from seq_1_to_30;
create table cc_parent (id int primary key) engine = innodb;
create table cc_child (id int primary key, parent int, foreign key (parent) references cc_parent (id));
insert into cc_child values (1, 1);
insert into cc_parent values (1);
create view cc_view as select id, name from cc_many where name like 'host-1%';
create view `cc view of view` as select count(*) n from cc_view;

use `bk iam`;
create table old_engine (id int primary key, word varchar(20), fulltext (word)) engine = myisam;
insert into old_engine values (1, 'one'), (2, 'two');
create table audited (id int primary key, changed int default 0);
insert into audited values (1, 0), (2, 0);
delimiter ;;
create definer = 'somebody'@'%' trigger counts before update on audited for each row begin
    set new.changed = old.changed + 1;
end;;
create procedure fills(in many int) comment 'INSERT INTO'
begin
    declare text varchar(200);
INSERT INTO `audited` VALUES (5,0);
    set text = '
USE `lost`;
CREATE TABLE `cc_lost` (
';
end;;
create function doubled(n int) returns int deterministic return n * 2;;
create event nightly on schedule every 1 day starts '2036-01-01' do update audited set changed = 0;;
delimiter ;
create table `back``tick` (id int);
insert into `back``tick` values (1);

use `a``b-c'd"e\f`;
create table `t``1` (id int);
insert into `t``1` values (1), (2);

use `数据库`;
create table `表` (`列` varchar(20));
insert into `表` values ('值'), ('值'), ('值');

use lost;
create table one (id int);
insert into one values (1);
