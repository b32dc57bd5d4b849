"""Stand-in for CMDB, continued: the calls that change the topology."""

from cmdb import BIZ, Reads, Refused, business, duplicated, idle, in_use, new_id


class Cmdb(Reads):
    @staticmethod
    def create_service_template(c, reading):
        t = business(c, reading)
        if any(s["name"] == reading["name"] for s in t["service_templates"]):
            raise duplicated()
        t["service_templates"].append({"id": new_id(t), "name": reading["name"]})
        return t["service_templates"][-1]

    @staticmethod
    def batch_create_proc_template(c, reading):
        own = business(c, reading)["processes"].setdefault(str(reading["service_template_id"]), [])
        names = [p["spec"]["bk_process_name"]["value"] for p in reading["processes"]]
        if set(names) & set(own):
            raise Refused(1113009, "process name must be unique")
        own += names
        return list(range(1, len(names) + 1))

    @staticmethod
    def update_proc_template(c, reading):
        business(c, reading)

    @staticmethod
    def delete_service_template(c, reading):
        t, number = business(c, reading), int(reading["service_template_id"])
        if any(m["service_template_id"] == number for m in t["modules"]):
            raise in_use()
        t["service_templates"] = [s for s in t["service_templates"] if s["id"] != number]
        t["processes"].pop(str(number), None)

    @staticmethod
    def create_set_template(c, reading):
        t = business(c, reading)
        if any(s["name"] == reading["name"] for s in t["set_templates"]):
            raise duplicated()
        known = {s["id"] for s in t["service_templates"]}
        if not reading["service_template_ids"] or set(reading["service_template_ids"]) - known:
            raise Refused(1199006, "service_template_ids is invalid")
        row = {"id": new_id(t), "name": reading["name"], "service_template_ids": reading["service_template_ids"]}
        t["set_templates"].append(row)
        return row

    @staticmethod
    def update_set_template(c, reading):
        for s in business(c, reading)["set_templates"]:
            if s["id"] == reading["set_template_id"]:
                s["service_template_ids"] = reading["service_template_ids"]

    @staticmethod
    def delete_set_template(c, reading):
        t, numbers = business(c, reading), set(reading["set_template_ids"])
        if any(s["set_template_id"] in numbers for s in t["sets"]):
            raise in_use()
        t["set_templates"] = [s for s in t["set_templates"] if s["id"] not in numbers]

    @staticmethod
    def create_set(c, reading):
        t, data = business(c, reading), reading["data"]
        if any(s["bk_set_name"] == data["bk_set_name"] for s in t["sets"]):
            raise duplicated()
        template = next((s for s in t["set_templates"] if s["id"] == data.get("set_template_id")), None)
        row = {"bk_set_id": new_id(t), "bk_set_name": data["bk_set_name"], "default": 0}
        row["set_template_id"] = template["id"] if template else 0
        t["sets"].append(row)
        names = {s["id"]: s["name"] for s in t["service_templates"]}
        for number in template["service_template_ids"] if template else []:
            made = {"bk_module_id": new_id(t), "bk_module_name": names[number], "bk_set_id": row["bk_set_id"]}
            t["modules"].append({**made, "service_template_id": number, "default": 0})
        return row

    @staticmethod
    def delete_set(c, reading):
        return Cmdb.batch_delete_set(c, {**reading, "delete": {"inst_ids": [reading["bk_set_id"]]}})

    @staticmethod
    def batch_delete_set(c, reading):
        t, numbers = business(c, reading), set(reading["delete"]["inst_ids"])
        if any(s["default"] for s in t["sets"] if s["bk_set_id"] in numbers):
            raise Refused(1199006, "the built-in set cannot be deleted")
        gone = {m["bk_module_id"] for m in t["modules"] if m["bk_set_id"] in numbers}
        if any(gone & set(h["modules"]) for h in t["hosts"]):
            raise Refused(1101033, "the set still has hosts")
        t["sets"] = [s for s in t["sets"] if s["bk_set_id"] not in numbers]
        t["modules"] = [m for m in t["modules"] if m["bk_set_id"] not in numbers]

    @staticmethod
    def add_host_to_resource(c, reading):
        t = c["cmdb"]
        for info in reading["host_info"].values():
            ip = info["bk_host_innerip"]
            if not any(h["bk_host_innerip"] == ip for h in t["hosts"]):
                row = {"bk_host_id": new_id(t), "bk_host_innerip": ip, "bk_cloud_id": info.get("bk_cloud_id", 0)}
                t["hosts"].append({**row, "bk_biz_id": 0, "modules": []})

    @staticmethod
    def transfer_resourcehost_to_idlemodule(c, reading):
        t = business(c, reading)
        for h in t["hosts"]:
            if h["bk_host_id"] in reading["bk_host_id"]:
                h.update(bk_biz_id=BIZ, modules=[idle(t)])

    transfer_host_to_idlemodule = transfer_resourcehost_to_idlemodule
    """What an operator does in the browser (7.17.1)."""

    @staticmethod
    def transfer_host_module(c, reading):
        t, into = business(c, reading), reading["bk_module_id"]
        if not {m["bk_module_id"] for m in t["modules"]} >= set(into):
            raise Refused(1199006, "bk_module_id is invalid")
        built_in = {m["bk_module_id"] for m in t["modules"] if m["default"]}
        for h in t["hosts"]:
            if h["bk_host_id"] in reading["bk_host_id"]:
                kept = [m for m in h["modules"] if m not in built_in] if reading.get("is_increment") else []
                h["modules"] = sorted({*kept, *into})
