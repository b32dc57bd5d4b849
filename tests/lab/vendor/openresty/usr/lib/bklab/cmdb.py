"""Stand-in for CMDB as the ESB shows it: the topology of one business, as far as the vendor's scripts and 7.17 go.

It keeps the real one's rules that matter there: names are unique; a set or a template in use is not deleted; a set that
is made from a template gets its modules; a host that enters a module leaves the idle one, and the other way round.
Built-in levels (idle set, `default` not 0) cannot be deleted.

State, below "cmdb": "next" (the next id), "service_templates" [{id, name}], "set_templates" [{id, name,
service_template_ids}], "sets" [{bk_set_id, bk_set_name, set_template_id, default}], "modules" [{bk_module_id,
bk_module_name, bk_set_id, service_template_id, default}], "hosts" [{bk_host_id, bk_host_innerip, bk_cloud_id,
bk_biz_id (0: in no business), modules [ids]}], "processes" {service template id: [names]}.
"""

BIZ = 2


class Refused(Exception):
    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


def duplicated():
    return Refused(1199014, "duplicated instances exist, fields [name] conflicts")


def in_use():
    return Refused(1199056, "remove referenced record forbidden")


def paged(rows, reading):
    page = reading.get("page") or {}
    start, limit = int(page.get("start", 0)), int(page.get("limit", 500))
    return {"count": len(rows), "info": rows[start : start + limit]}


def business(c, reading):
    if int(reading["bk_biz_id"]) != BIZ:
        raise Refused(1199006, "bk_biz_id is invalid")
    return c["cmdb"]


def new_id(t):
    t["next"] += 1
    return t["next"]


def idle(t):
    return next(m["bk_module_id"] for m in t["modules"] if m["default"] == 1)


def wanted(host, reading):
    asked = reading.get("host_property_filter") or {}
    if not asked.get("rules"):
        return True
    return (any if asked.get("condition") == "OR" else all)(_fits_rule(host, rule) for rule in asked["rules"])


def _fits_rule(host, rule):
    value, is_ = str(host.get(rule["field"], "")), rule["operator"]
    one_of = rule["value"] if isinstance(rule["value"], list) else [rule["value"]]
    if is_ == "contains":
        return one_of[0] in value
    return value.startswith(one_of[0]) if is_ == "begins_with" else value in map(str, one_of)


def shown(host):
    """What an agent reports of its system, where it did."""
    system = {key: host[key] for key in ("bk_os_name", "bk_os_bit") if key in host}
    return {key: host[key] for key in ("bk_host_id", "bk_host_innerip", "bk_cloud_id")} | system


def fits(row, condition):
    return all(row.get(key) == value for key, value in (condition or {}).items())


class Reads:
    @staticmethod
    def search_set(c, reading):
        t = business(c, reading)
        return paged([s for s in t["sets"] if fits(s, reading.get("condition"))], reading)

    @staticmethod
    def search_module(c, reading):
        t = business(c, reading)
        where = {"bk_set_id": reading["bk_set_id"]} if reading.get("bk_set_id") else {}
        return paged([m for m in t["modules"] if fits(m, {**where, **(reading.get("condition") or {})})], reading)

    @staticmethod
    def find_module_with_relation(c, reading):
        t = business(c, reading)
        return paged([m for m in t["modules"] if m["bk_set_id"] in reading["bk_set_ids"]], reading)

    @staticmethod
    def list_set_template(c, reading):
        return paged([{k: s[k] for k in ("id", "name")} for s in business(c, reading)["set_templates"]], reading)

    @staticmethod
    def list_service_template(c, reading):
        return paged([{**s, "bk_biz_id": BIZ} for s in business(c, reading)["service_templates"]], reading)

    @staticmethod
    def list_set_template_related_service_template(c, reading):
        t = business(c, reading)
        ids = next(s["service_template_ids"] for s in t["set_templates"] if s["id"] == reading["set_template_id"])
        return [s for s in t["service_templates"] if s["id"] in ids]

    @staticmethod
    def list_service_category(c, reading):
        business(c, reading)
        return {
            "count": 2,
            "info": [{"id": 1, "name": "Default", "bk_parent_id": 0}, {"id": 2, "name": "Default", "bk_parent_id": 1}],
        }

    @staticmethod
    def list_proc_template(c, reading):
        names = business(c, reading)["processes"].get(str(reading["service_template_id"]), [])
        return paged([{"id": i, "bk_process_name": name} for i, name in enumerate(names, 1)], reading)

    @staticmethod
    def search_biz_inst_topo(c, reading):
        """The tree without the idle set, as the real one."""
        t = business(c, reading)

        def node(kind, name, number, children):
            return {"bk_obj_id": kind, "bk_inst_name": name, "bk_inst_id": number, "default": 0, "child": children}

        def modules(s):
            mine = (m for m in t["modules"] if m["bk_set_id"] == s["bk_set_id"])
            return [node("module", m["bk_module_name"], m["bk_module_id"], []) for m in mine]

        own = [s for s in t["sets"] if not s["default"]]
        levels = [node("set", s["bk_set_name"], s["bk_set_id"], modules(s)) for s in own]
        return [node("biz", "蓝鲸", BIZ, [*levels, *t.get("custom", [])])]

    @staticmethod
    def get_biz_internal_module(c, reading):
        t = business(c, reading)
        pool = next(s for s in t["sets"] if s["default"])
        mine = [m for m in t["modules"] if m["bk_set_id"] == pool["bk_set_id"]]
        keys = ("bk_module_id", "bk_module_name", "default")
        rows = [{k: m[k] for k in keys} for m in mine]
        return {"bk_set_id": pool["bk_set_id"], "bk_set_name": pool["bk_set_name"], "module": rows}

    @staticmethod
    def list_biz_hosts(c, reading):
        t = business(c, reading)
        sets, modules = reading.get("bk_set_ids"), reading.get("bk_module_ids")
        if sets:
            modules = [m["bk_module_id"] for m in t["modules"] if m["bk_set_id"] in sets]
        found = [h for h in t["hosts"] if h["bk_biz_id"] == BIZ and (not modules or set(modules) & set(h["modules"]))]
        return paged([shown(h) for h in found if wanted(h, reading)], reading)

    @staticmethod
    def list_biz_hosts_topo(c, reading):
        t = business(c, reading)
        return paged([_placed(t, h) for h in t["hosts"] if h["bk_biz_id"] == BIZ and wanted(h, reading)], reading)

    @staticmethod
    def list_hosts_without_biz(c, reading):
        return paged([shown(h) for h in c["cmdb"]["hosts"] if wanted(h, reading)], reading)


def _placed(t, host):
    mine = [m for m in t["modules"] if m["bk_module_id"] in host["modules"]]
    names = {s["bk_set_id"]: s["bk_set_name"] for s in t["sets"]}
    topo = {}
    for m in mine:
        modules = topo.setdefault(m["bk_set_id"], [])
        modules.append({"bk_module_id": m["bk_module_id"], "bk_module_name": m["bk_module_name"]})
    rows = [{"bk_set_id": s, "bk_set_name": names[s], "module": modules} for s, modules in topo.items()]
    return {"host": shown(host), "topo": rows}
