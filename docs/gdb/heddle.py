# gdb commands for programs that run on Heddle in performance mode (x86-64).
#
#   (gdb) source docs/gdb/heddle.py
#   (gdb) heddle goroutines             lists them
#   (gdb) heddle goroutine 7            makes goroutine 7's stack the one that bt, up, frame see; the
#                                       name of one does as well as its number
#   (gdb) heddle goroutine 7 bt         only for one command
#   (gdb) heddle goroutine none         back to the thread's own stack
#
# Works on a live process and on a core file: no register is changed. A goroutine's stack is shown
# as the callers of frame #0, which stays where the thread is.
import gdb
import gdb.unwinder

WORD = 8
# Where a suspended goroutine's registers lie above its saved stack pointer, in words, by how it was
# switched away from (runtime/core/context_switch.hpp), and how many bytes more the stack pointer
# moves when it goes on: the switch of its own leaves the red zone alone.
OWN_SWITCH = (["rip", "rbx", "rbp"], 128)
BOOST_CONTEXT = ([None, "r12", "r13", "r14", "r15", "rbx", "rbp", "rip"], 0)


def in_words(place):
    """A std::source_location as file:line."""
    where = place["_M_impl"]
    if int(where) == 0:
        return "?"
    return "%s:%d" % (where["_M_file_name"].string(), int(where["_M_line"]))


def short(enumerator):
    return str(enumerator).split("::")[-1]


def elements(vector):
    first = vector["_M_impl"]["_M_start"]
    last = vector["_M_impl"]["_M_finish"]
    while first != last:
        yield first.dereference()
        first += 1


def all_goroutines():
    """Every goroutine of the programs that run, program by program."""
    programs = gdb.parse_and_eval("'heddle::performance::(anonymous namespace)::programs'")
    record = gdb.lookup_type("heddle::performance::pooled_goroutine")
    chunk_type = gdb.lookup_type("heddle::performance::goroutine_table::chunk")
    low, high = programs.type.range()
    for i in range(low, high + 1):
        pool = programs[i]["_M_b"]["_M_p"]
        if int(pool) == 0:
            continue
        for owner in elements(pool.dereference()["table_"]["chunks_"]):
            # A unique_ptr is its pointer.
            chunk = owner.address.cast(chunk_type.pointer().pointer()).dereference().dereference()
            first = chunk["memory"].address.cast(record.pointer())
            for n in range(int(chunk["used"])):
                g = (first + n).dereference()
                if short(g["state"]) != "finished":
                    yield g


def name_of(g):
    return g["name"].string() if int(g["name"]) != 0 else "-"


def describe(g):
    state = "blocking call" if g["in_blocking_call"] else short(g["state"])
    line = "%6d  %-16s %-13s " % (int(g["id"]), name_of(g), state)
    if state == "blocked":
        line += "%s at %s, " % (short(g["waiting_for"]), in_words(g["waiting_at"]))
    elif state == "blocking call":
        line += "called at %s, " % in_words(g["waiting_at"])
    return line + "created at " + in_words(g["created_at"])


def registers_of(g):
    """The saved registers of a suspended goroutine by name, with rsp."""
    stack_pointer = int(g["context"]["machine"])
    layout, skipped = OWN_SWITCH if has_symbol("heddle_start_stack") else BOOST_CONTEXT
    memory = gdb.selected_inferior().read_memory(stack_pointer, WORD * len(layout))
    saved = {"rsp": stack_pointer + WORD * len(layout) + skipped}
    for i, name in enumerate(layout):
        if name is not None:
            saved[name] = int.from_bytes(memory[WORD * i : WORD * (i + 1)], "little")
    return saved, stack_pointer


def has_symbol(name):
    try:
        gdb.parse_and_eval("(void*)&" + name)
        return True
    except gdb.error:
        return False


class frame_id:
    def __init__(self, sp, pc):
        self.sp = sp
        self.pc = pc


class selected_stack(gdb.unwinder.Unwinder):
    """While a goroutine is selected, frame #0 has its suspended frame as its caller."""

    def __init__(self):
        super().__init__("heddle goroutine")
        self.goroutine = None

    def select(self, g):
        self.goroutine = g
        gdb.invalidate_cached_frames()

    def __call__(self, pending):
        if self.goroutine is None or pending.level() != 0:
            return None
        saved, stack_pointer = registers_of(self.goroutine)
        # Below the frames that follow, as gdb wants it of an inner frame.
        u64 = gdb.lookup_type("unsigned long")
        pc = pending.read_register("rip")
        info = pending.create_unwind_info(
            frame_id(gdb.Value(stack_pointer).cast(u64), pc)
        )
        for name, value in saved.items():
            kind = pending.read_register(name).type
            info.add_saved_register(name, gdb.Value(value).cast(u64).cast(kind))
        return info


stack = selected_stack()
gdb.unwinder.register_unwinder(None, stack, True)


class heddle_prefix(gdb.Command):
    """Commands for programs that run on Heddle."""

    def __init__(self):
        super().__init__("heddle", gdb.COMMAND_STACK, prefix=True)


class heddle_goroutines(gdb.Command):
    """Lists every goroutine: number, name, state, what it waits for, where it was created."""

    def __init__(self):
        super().__init__("heddle goroutines", gdb.COMMAND_STACK)

    def invoke(self, argument, from_tty):
        for g in all_goroutines():
            print(describe(g))


class heddle_goroutine(gdb.Command):
    """heddle goroutine NUMBER|NAME|none [COMMAND]: whose stack bt, up and frame see."""

    def __init__(self):
        super().__init__("heddle goroutine", gdb.COMMAND_STACK)

    def invoke(self, argument, from_tty):
        words = argument.split(None, 1)
        if not words:
            raise gdb.GdbError("which goroutine? A number or name from `heddle goroutines`, or none")
        if words[0] == "none":
            stack.select(None)
            return
        g = self.suspended(words[0])
        stack.select(g)
        if len(words) == 1:
            print(describe(g))
            return
        try:
            gdb.execute(words[1])
        finally:
            stack.select(None)

    def suspended(self, wanted):
        for g in all_goroutines():
            if wanted not in (str(int(g["id"])), name_of(g)):
                continue
            if short(g["state"]) == "running":
                raise gdb.GdbError("goroutine %s is running: look at its thread" % wanted)
            if short(g["state"]) == "fresh":
                raise gdb.GdbError("goroutine %s has not run yet and has no stack" % wanted)
            return g
        raise gdb.GdbError("there is no goroutine " + wanted)


heddle_prefix()
heddle_goroutines()
heddle_goroutine()
