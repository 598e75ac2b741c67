"""Cisco IOS 15.x on IOSv: grammar as data, configuration to facts, show and debug renderings."""
