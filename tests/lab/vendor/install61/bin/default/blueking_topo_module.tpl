集群模板名	模块模板名
jobv3	job-config
jobv3	job-crontab
jobv3	job-execute
jobv3	job-gateway
jobv3	job-logsvr
jobv3	job-manage
jobv3	job-backup
jobv3	job-analysis
	
cmdb	cmdb-admin
cmdb	cmdb-api
cmdb	cmdb-auth
cmdb	cmdb-cloud
cmdb	cmdb-cache
cmdb	cmdb-core
cmdb	cmdb-datacollection
cmdb	cmdb-event
cmdb	cmdb-host
cmdb	cmdb-op
cmdb	cmdb-proc
cmdb	cmdb-task
cmdb	cmdb-topo
cmdb	cmdb-web
cmdb	cmdb-synchronize
	
monitor	transfer
monitor	influxdb-proxy
monitor	monitor
monitor	grafana
monitor	unify-query
	
gse	gse_api
gse	gse_alarm
gse	gse_btsvr
gse	gse_data
gse	gse_dba
gse	gse_proc
gse	gse_task
gse	gse_syncdata
gse	license
	
public	consul
public	elasticsearch
public	influxdb
public	kafka
public	mongodb
public	mysql
public	nginx
public	rabbitmq
public	redis
public	zookeeper
public	openresty
public	consul-template
public	redis_sentinel
public	beanstalk
	
nodeman	nodeman-api
	
controller	controller_ip
	
paas	appengine
paas	paas
paas	esb
paas	login
paas	console
paas	apigw
paas	appo
paas	appt
	
log	bklog-api
log	bklog-grafana
	
fta	fta-api
	
user	bk-iam
user	bk-ssm
user	usermgr
	
bcs	bcs
