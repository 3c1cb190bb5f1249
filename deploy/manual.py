#!/usr/bin/env python3
"""Writes the manual page ganzhi(1) from what the command line says about itself.

usage: ganzhi --experimental-dump-help | deploy/manual.py VERSION DATE > ganzhi.1
"""
import json
import sys


def escaped(text):
    """Text for roff: nothing in it is taken for a request or an escape."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("`", "\\(ga")
    return "\n".join("\\&" + line if line[:1] in (".", "'") else line for line in text.split("\n"))


def spelled(name):
    return ("-" if name["kind"] == "short" else "--") + name["name"]


def usage(argument):
    """An argument as it stands on the command line."""
    if argument["kind"] == "positional":
        text = f"\\fI{escaped(argument['valueName'])}\\fR"
    else:
        text = f"\\fB{escaped(spelled(argument['preferredName']))}\\fR"
        if argument["kind"] == "option":
            text += f" \\fI{escaped(argument['valueName'])}\\fR"
    if argument["isRepeating"]:
        text += " ..."
    return f"[{text}]" if argument["isOptional"] else text


def shown(things):
    return [thing for thing in things if thing.get("shouldDisplay", True)]


def arguments(command):
    """The arguments of a command but --help, which every one has."""
    for argument in shown(command.get("arguments", [])):
        if argument["valueName"] not in ("help", "version"):
            yield argument


def section(command, path):
    """A command and those below it."""
    name = " ".join(path + [command["commandName"]])
    below = shown(command.get("subcommands", []))
    print(f".SS {escaped(name)}")
    print(escaped(command.get("abstract", "")))
    if not below:
        print(".PP")
        print(" ".join([f"\\fB{escaped(name)}\\fR"] + [usage(argument) for argument in arguments(command)]))
    if command.get("discussion"):
        print(".PP")
        print(escaped(command["discussion"]))
    for argument in arguments(command):
        print(".TP")
        names = argument.get("names")
        value = f" \\fI{escaped(argument['valueName'])}\\fR" if argument["kind"] == "option" else ""
        if names:
            print(", ".join(f"\\fB{escaped(spelled(name))}\\fR{value}" for name in names))
        else:
            print(f"\\fI{escaped(argument['valueName'])}\\fR")
        text = argument.get("abstract", "")
        if argument.get("defaultValue"):
            text += f" Default: {argument['defaultValue']}."
        print(escaped(text))
    for inner in below:
        section(inner, path + [command["commandName"]])


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    program = json.load(sys.stdin)["command"]
    print(f'.TH GANZHI 1 "{sys.argv[2]}" "Ganzhi {escaped(sys.argv[1])}" "Ganzhi"')
    print(".SH NAME")
    print("ganzhi \\- " + escaped(program["abstract"].rstrip(".").lower()))
    print(".SH SYNOPSIS")
    print("\\fBganzhi\\fR \\fIcommand\\fR [\\fIoptions\\fR]")
    print(".SH DESCRIPTION")
    print(escaped(program["discussion"]))
    print(".PP")
    print("Every command has \\fB\\-\\-help\\fR.")
    print(".SH COMMANDS")
    for command in shown(program["subcommands"]):
        if command["commandName"] != "help":
            section(command, ["ganzhi"])
    print(".SH FILES")
    for file, text in [
        ("/etc/ganzhi/ganzhi.yaml", "Configuration of the service."),
        ("/var/lib/ganzhi", "Journal and event store of the service."),
        ("/var/log/ganzhi/events.ndjson", "Every event as a line of JSON."),
        ("/usr/share/ganzhi/schemas", "JSON Schemas of the files, for editors."),
        ("/usr/share/doc/ganzhi", "The guide, and examples."),
    ]:
        print(".TP")
        print(f"\\fI{escaped(file)}\\fR")
        print(escaped(text))


main()
