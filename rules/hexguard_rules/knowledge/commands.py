"""What is known about commands of command lines. Source: the documentation of Typer and Click."""

COMMANDS = frozenset(
    {
        *("typer.Typer.command", "typer.Typer.callback"),
        *("click.command", "click.group", "click.Group.command", "click.Group.group"),
        *("asyncclick.command", "asyncclick.group", "asyncclick.Group.command", "asyncclick.Group.group"),
    }
)
"""Decorators that make a function a command, which has an event loop to itself if it has one."""
