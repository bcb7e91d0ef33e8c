# Compiles the C files of a server directory and links them with the engine into a program named like the folder.
# `goworld build DIR` runs it; a Makefile in DIR may include it by `include $(GOWORLD_MK)` and add rules.
GAME ?= $(notdir $(CURDIR))
SOURCES ?= $(wildcard *.c)
CC ?= cc
CFLAGS ?= -O2 -g -Wall -Wextra
GOWORLD_CFLAGS ?= $(shell pkg-config --cflags goworld)
GOWORLD_LIBS ?= $(shell pkg-config --libs goworld)

objects := $(SOURCES:%.c=.obj/%.o)
library := $(wildcard $(patsubst -L%,%/libgoworld.a,$(filter -L%,$(GOWORLD_LIBS))))
# What the headers promise not to compile does not compile, whatever CFLAGS say.
promised := -Werror=implicit-function-declaration -Werror=int-conversion -Werror=incompatible-pointer-types \
    -Werror=unused-result
# The first error is the one that counts; it has to stay in view. clang has another name for it.
first_errors := $(if $(findstring clang,$(shell $(CC) --version)),-ferror-limit=3,-fmax-errors=3)
compile := $(CC) $(first_errors) $(CFLAGS) $(promised) $(GOWORLD_CFLAGS)

# Linked beside the program and then renamed: one that runs is not disturbed.
$(GAME): $(objects) $(library) .obj/list
	@echo "  link    $@"
	@$(CC) $(CFLAGS) $(LDFLAGS) $(objects) $(GOWORLD_LIBS) $(LDLIBS) -o .obj/program
	@mv -f .obj/program $@

.obj/%.o: %.c .obj/flags
	@echo "  compile $<"
	@mkdir -p $(@D)
	@$(compile) -MMD -MP -c $< -o $@

# Hold the compiler with its flags, and the list of objects: what changes in them has to be done again.
.obj/flags: goworld-always
	@mkdir -p .obj
	@echo '$(compile)' | cmp -s - $@ || echo '$(compile)' > $@

.obj/list: goworld-always
	@mkdir -p .obj
	@echo '$(objects) $(GOWORLD_LIBS)' | cmp -s - $@ || echo '$(objects) $(GOWORLD_LIBS)' > $@

.PHONY: goworld-always clean
goworld-always:

clean:
	rm -rf .obj $(GAME)

-include $(objects:.o=.d)
