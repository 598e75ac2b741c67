"""What IOS prints when it is asked to show something, one module a subject.

Every renderer is a function from a live router (and arguments) to text lines without line ends;
nothing is stored.  Formats are those of IOS 15.6 on IOSv.  Must not know how a command is typed.
"""
