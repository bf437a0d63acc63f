module kopeika/stand-in-watchdog

go 1.22
