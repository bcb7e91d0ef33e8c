/* completion: prints what makes a shell complete the command line of goworld. */
#pragma once

/* `shell` is "bash", "zsh" or "fish"; returns the exit code. */
int completion_run(const char *shell);
