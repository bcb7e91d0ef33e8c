/* main: the dispatcher as a process of its own. */
#pragma once

/* `dispatcher -dispid N -configfile FILE`; returns the exit code. */
int dispatcher_main(int argc, char **argv);
