"""A tray icon with a menu, for the kit's own test. As ksni does it: a name of its own, one menu."""

import os

from gi.repository import Gio, GLib

ITEM = """<node><interface name="org.kde.StatusNotifierItem">
<property name="Id" type="s" access="read"/><property name="Status" type="s" access="read"/>
<property name="IconName" type="s" access="read"/><property name="IconPixmap" type="a(iiay)" access="read"/>
<property name="ToolTip" type="(sa(iiay)ss)" access="read"/><property name="Menu" type="o" access="read"/>
<method name="Activate"><arg type="i" direction="in"/><arg type="i" direction="in"/></method>
</interface></node>"""
MENU = """<node><interface name="com.canonical.dbusmenu">
<method name="GetLayout"><arg type="i" direction="in"/><arg type="i" direction="in"/>
<arg type="as" direction="in"/><arg type="u" direction="out"/><arg type="(ia{sv}av)" direction="out"/></method>
<method name="AboutToShow"><arg type="i" direction="in"/><arg type="b" direction="out"/></method>
<method name="Event"><arg type="i" direction="in"/><arg type="s" direction="in"/>
<arg type="v" direction="in"/><arg type="u" direction="in"/></method>
</interface></node>"""


def entry(number, children=(), **properties):
    values = {name.replace("_", "-"): GLib.Variant(*value) for name, value in properties.items()}
    return GLib.Variant("(ia{sv}av)", (number, values, list(children)))


LAYOUT = entry(
    0,
    [
        entry(1, label=("s", "Algebra in 12 min"), enabled=("b", False)),
        entry(2, type=("s", "separator")),
        entry(
            3,
            [entry(4, label=("s", "_Quiet today"), toggle_type=("s", "checkmark"), toggle_state=("i", 1))],
            label=("s", "_More"),
        ),
    ],
)
PROPERTIES = {
    "Id": GLib.Variant("s", "kit"),
    "Status": GLib.Variant("s", "Active"),
    "IconName": GLib.Variant("s", ""),
    "IconPixmap": GLib.Variant("a(iiay)", [(2, 1, bytes(8))]),
    "ToolTip": GLib.Variant("(sa(iiay)ss)", ("", [], "Algebra in 12 min", "")),
    "Menu": GLib.Variant("o", "/Menu"),
}


def called(_connection, _sender, _path, _interface, method, arguments, invocation):
    if method == "GetLayout":
        invocation.return_value(GLib.Variant.new_tuple(GLib.Variant("u", 1), LAYOUT))
    elif method == "AboutToShow":
        invocation.return_value(GLib.Variant("(b)", (False,)))
    else:
        print("activated" if method == "Activate" else f"clicked {arguments[0]}", flush=True)
        invocation.return_value(None)


def register(bus, xml, path):
    interface = Gio.DBusNodeInfo.new_for_xml(xml).interfaces[0]
    bus.register_object(path, interface, called, lambda _c, _s, _p, _i, name: PROPERTIES[name], None)


bus = Gio.bus_get_sync(Gio.BusType.SESSION)
register(bus, ITEM, "/StatusNotifierItem")
register(bus, MENU, "/Menu")
name = f"org.kde.StatusNotifierItem-{os.getpid()}-1"
watcher = "org.kde.StatusNotifierWatcher"


def named(*_):
    bus.call_sync(
        watcher, "/StatusNotifierWatcher", watcher, "RegisterStatusNotifierItem",
        GLib.Variant("(s)", (name,)), None, 0, -1, None,
    )


Gio.bus_own_name_on_connection(bus, name, 0, named, None)
GLib.MainLoop().run()
