/* main: the gate as a process of its own. */
#pragma once

/* `gate -gid N -configfile FILE`; returns the exit code. */
int gate_main(int argc, char **argv);
