// SPDX-License-Identifier: GPL-2.0
/*
 * How many instructions does an unmodified arm64 kernel execute, and where? A plugin for QEMU's
 * TCG that counts from outside of the guest. (scripts/profile and scripts/holds run it.)
 *
 *	mode=profile	in each call of a root function: instructions and calls by function
 *	mode=holds	while a root function is on: every stretch with interrupts masked
 *
 *	   root entered                                                  it has returned
 *	---------|---[ masked ]---------[ masked ]---[ another task, masked ]--|------------>
 *	          \_____________ a call: all that runs in here counts ________/
 *
 * Exact: a counter is added to at every single instruction of the kernel, inline in the code
 * that QEMU generates, so a block that is left in the middle counts as far as it got. Only an
 * instruction that faults counts again when it is retried.
 *
 * A plugin of this version cannot read registers, so everything is told by address and opcode:
 *
 * Root. A call begins at the function's first instruction, and ends at an instruction after a
 * `bl` to it; if some function jumps to the root at its end (`b`), at those after its own `bl`s.
 * Calls of several tasks may overlap (the first one sleeps); they are one call then.
 *
 * Interrupts. There is one CPU, and arm64 without pseudo-NMI masks by writing DAIF:
 *
 *	mrs  Xn, daif		nothing yet; but if `msr daifset` follows at once the pair is
 *	msr  daifset, #3	local_irq_save(), else this is local_irq_disable()
 *	msr  daif, Xn		local_irq_restore(): unmasks if it belongs to the outermost save
 *	msr  daifclr, #3	local_irq_enable(): unmasks
 *	(exception)		masks, until the handler ends or unmasks: not counted. A fault's
 *				may unmask by `msr daif, Xn` too, an interrupt's never does
 *	eret			unmasks: an interrupt is only taken where it was unmasked
 *
 * A stretch is what is executed after the instruction that masks, up to and with the one that
 * unmasks. If an interrupt is taken where we believe it to be masked, the count of errors says
 * so: with no errors every stretch told was real.
 *
 * Label. A guest program says what it is about to do by executing `movz wzr, #LABEL`, which does
 * nothing and which no compiler makes. Calls and stretches carry the last label, 0 at first.
 *
 * Arguments: mode=, out=FILE, image=FILE (the kernel's raw Image), symbols=FILE (lines "ADDRESS
 * NAME" of functions, by address, and _text), root=NAME (may be repeated).
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qemu_plugin.h"

#define ROOTS_MAX	8
#define SITES_MAX	4096
#define STRETCHES_MAX	8192		/* kinds of them, a power of two */
#define PAIR_BYTES	48		/* the furthest that a save's two instructions are apart */

struct function {
	uint64_t start;
	char *name;
};

/* Instructions that something happens at. */
struct site {
	uint64_t pc;
	unsigned int root;
};

/* A kind of masked stretch: where, and on whose behalf. */
struct stretch {
	unsigned int begin, end;	/* functions */
	unsigned int root, label;
	uint64_t count, total, max;
	uint64_t max_begin_pc, max_end_pc;
};

QEMU_PLUGIN_EXPORT int qemu_plugin_version = QEMU_PLUGIN_VERSION;

static bool profiling;
static FILE *out;

/* By address. functions[0] stands for all below the kernel: user space. */
static struct function *functions;
static unsigned int nr_functions = 1;
static uint64_t text_start, vectors;

static unsigned int roots[ROOTS_MAX], nr_roots;
static struct site returns[SITES_MAX];
static unsigned int nr_returns;

/* Counters that generated code adds to. */
static uint64_t executed;		/* mode=holds: instructions of the kernel */
static uint64_t *executed_in;		/* mode=profile: by function */
static uint64_t *entered;		/*               calls by function */

/* The call that is on. */
static unsigned int depth, root_on, label;
static uint64_t nr_calls, nr_errors;
static uint64_t *executed_before, *entered_before;

/* Interrupts. */
static enum { OPEN, MASKED, FAULT, INTERRUPT } state;
static unsigned int saves;		/* local_irq_save()s that are not restored yet */
static uint64_t saved_pc;		/* the last `mrs Xn, daif` */
static struct {
	uint64_t pc, executed;
	unsigned int root, label;
	bool counts;
} begun;
static struct stretch stretches[STRETCHES_MAX];
static unsigned int nr_stretches;

static __attribute__((noreturn, format(printf, 1, 2))) void die(const char *format, ...)
{
	va_list args;

	fputs("count.so: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

static void tell_error(const char *what, uint64_t pc)
{
	if (nr_errors++ < 20)
		fprintf(out, "error\t%s\t%" PRIx64 "\n", what, pc);
}

static void *array(size_t nr, size_t size)
{
	void *memory = calloc(nr, size);

	if (!memory)
		die("no memory");
	return memory;
}

/* Return: the function that holds an address, 0 if none does. */
static unsigned int function_at(uint64_t pc)
{
	unsigned int low = 0, high = nr_functions;

	while (high - low > 1) {
		unsigned int middle = low + (high - low) / 2;

		if (functions[middle].start <= pc)
			low = middle;
		else
			high = middle;
	}
	return low;
}

static unsigned int function_named(const char *name)
{
	unsigned int i;

	for (i = 1; i < nr_functions; i++)
		if (!strcmp(functions[i].name, name))
			return i;
	die("the kernel has no function %s", name);
}

static void read_symbols(const char *path)
{
	FILE *file = fopen(path, "r");
	unsigned int room = 0;
	uint64_t address;
	char name[512];

	if (!file)
		die("cannot read %s", path);
	while (fscanf(file, "%" SCNx64 " %511s", &address, name) == 2) {
		if (!strcmp(name, "_text"))
			text_start = address;
		if (!strcmp(name, "vectors"))
			vectors = address;
		if (nr_functions >= room) {
			room = room ? 2 * room : 65536;
			functions = realloc(functions, room * sizeof(*functions));
			if (!functions)
				die("no memory");
			functions[0] = (struct function){ 0, "(user space)" };
		}
		if (nr_functions > 1 && functions[nr_functions - 1].start > address)
			die("%s: not in the order of addresses", path);
		if (functions[nr_functions - 1].start == address)
			continue;
		functions[nr_functions++] = (struct function){ address, strdup(name) };
	}
	fclose(file);
	if (nr_functions < 2 || !text_start)
		die("%s: no symbols, or no _text", path);
}

/* Where execution goes on after a call of @callee, which may be by way of a jump. */
static void find_returns(const uint32_t *text, size_t nr_insns, unsigned int callee,
			 unsigned int root, unsigned int jumps)
{
	size_t i;

	for (i = 0; i < nr_insns; i++) {
		uint64_t pc = text_start + 4 * i;
		int64_t offset = (int64_t)((uint64_t)text[i] << 38) >> 36;
		uint32_t opcode = text[i] & 0xfc000000;

		if ((opcode != 0x94000000 && opcode != 0x14000000) ||
		    pc + offset != functions[callee].start)
			continue;
		if (opcode == 0x94000000) {
			if (nr_returns == SITES_MAX)
				die("%s is called from too many places", functions[callee].name);
			returns[nr_returns++] = (struct site){ pc + 4, root };
		} else if (function_at(pc) != callee && jumps < 4) {
			find_returns(text, nr_insns, function_at(pc), root, jumps + 1);
		}
	}
}

static void read_image(const char *path)
{
	FILE *file = fopen(path, "rb");
	unsigned int i;
	uint32_t *text;
	long size;

	if (!file || fseek(file, 0, SEEK_END))
		die("cannot read %s", path);
	size = ftell(file);
	rewind(file);
	text = array(size > 0 ? size / 4 : 0, 4);
	if (size < 4 || fread(text, 4, size / 4, file) != (size_t)size / 4)
		die("cannot read %s", path);
	fclose(file);
	for (i = 0; i < nr_roots; i++)
		find_returns(text, size / 4, roots[i], i, 0);
	free(text);
}

/* Calls. */

static void root_entered(unsigned int vcpu, void *data)
{
	(void)vcpu;
	if (depth++)
		return;
	root_on = (uintptr_t)data;
	nr_calls++;
	if (profiling) {
		memcpy(executed_before, executed_in, nr_functions * sizeof(uint64_t));
		memcpy(entered_before, entered, nr_functions * sizeof(uint64_t));
	}
}

static void tell_call(void)
{
	uint64_t total = 0;
	unsigned int i;

	for (i = 0; i < nr_functions; i++)
		total += executed_in[i] - executed_before[i];
	fprintf(out, "call\t%" PRIu64 "\t%u\t%s\t%" PRIu64 "\n", nr_calls, label,
		functions[roots[root_on]].name, total);
	for (i = 0; i < nr_functions; i++)
		if (executed_in[i] != executed_before[i])
			fprintf(out, "in\t%s\t%" PRIu64 "\t%" PRIu64 "\n", functions[i].name,
				executed_in[i] - executed_before[i],
				entered[i] - entered_before[i]);
}

static void root_returned(unsigned int vcpu, void *data)
{
	(void)vcpu;
	(void)data;
	if (!depth || --depth)
		return;
	if (profiling)
		tell_call();
}

static void label_set(unsigned int vcpu, void *data)
{
	(void)vcpu;
	label = (uintptr_t)data;
}

/* Interrupts. */

static void begin(uint64_t pc)
{
	state = MASKED;
	saves = 1;
	begun.pc = pc;
	begun.executed = executed;
	begun.root = root_on;
	begun.label = label;
	begun.counts = depth;
}

static struct stretch *stretch_of(unsigned int begin, unsigned int end)
{
	unsigned int i = (begin * 31 + end * 7 + begun.root * 3 + begun.label) * 2654435761u;

	for (;; i++) {
		struct stretch *s = &stretches[i % STRETCHES_MAX];

		if (!s->count) {
			if (++nr_stretches == STRETCHES_MAX)
				die("too many kinds of masked stretches");
			*s = (struct stretch){ .begin = begin, .end = end,
					       .root = begun.root, .label = begun.label };
			return s;
		}
		if (s->begin == begin && s->end == end && s->root == begun.root &&
		    s->label == begun.label)
			return s;
	}
}

static void end(uint64_t pc)
{
	uint64_t length = executed - begun.executed;
	struct stretch *s;

	state = OPEN;
	saves = 0;
	if (!begun.counts)
		return;
	s = stretch_of(function_at(begun.pc), function_at(pc));
	s->count++;
	s->total += length;
	if (length > s->max) {
		s->max = length;
		s->max_begin_pc = begun.pc;
		s->max_end_pc = pc;
	}
}

static void unmasked(uint64_t pc)
{
	if (state == MASKED)
		end(pc);
	state = OPEN;
	saves = 0;
}

static void daif_read(unsigned int vcpu, void *data)
{
	(void)vcpu;
	saved_pc = (uintptr_t)data;
}

static void daif_set(unsigned int vcpu, void *data)
{
	uint64_t pc = (uintptr_t)data;
	bool saving = saved_pc && saved_pc < pc && pc - saved_pc <= PAIR_BYTES;

	(void)vcpu;
	saved_pc = 0;
	if (state == OPEN)
		begin(pc);
	else if (saving)
		saves++;
}

static void daif_written(unsigned int vcpu, void *data)
{
	(void)vcpu;
	/*
	 * A handler that saved nothing: of a fault, it goes on as what faulted; of an interrupt, it
	 * unmasks other exceptions.
	 */
	if (saves)
		saves--;
	else if (state == FAULT)
		state = OPEN;
	if (!saves && state == MASKED)
		unmasked((uintptr_t)data);
}

static void daif_cleared(unsigned int vcpu, void *data)
{
	(void)vcpu;
	unmasked((uintptr_t)data);
}

static void exception_taken(unsigned int vcpu, void *data)
{
	uint64_t pc = (uintptr_t)data, slot = (pc - vectors) / 0x80;

	(void)vcpu;
	if (state == MASKED) {
		tell_error(slot % 4 == 1 ? "interrupt taken though masked" :
			   slot >= 8 ? "user space ran with interrupts masked" :
			   "fault with interrupts masked", begun.pc);
		if (slot % 4 != 1 && slot < 8)
			return;
	}
	state = slot % 4 == 1 ? INTERRUPT : FAULT;
	saves = 0;
}

#define DAIF_I		0x200		/* as in an immediate of daifset and daifclr */

static void instrument_interrupts(struct qemu_plugin_insn *insn, uint64_t pc, uint32_t opcode)
{
	qemu_plugin_vcpu_udata_cb_t cb = NULL;

	if ((opcode & ~0x1fU) == 0xd53b4220)				/* mrs Xn, daif */
		cb = daif_read;
	else if ((opcode & ~0xf00U) == 0xd50340df && opcode & DAIF_I)	/* msr daifset, #imm */
		cb = daif_set;
	else if ((opcode & ~0xf00U) == 0xd50340ff && opcode & DAIF_I)	/* msr daifclr, #imm */
		cb = daif_cleared;
	else if (opcode == 0xd51b423f)					/* msr daif, xzr */
		cb = daif_cleared;
	else if ((opcode & ~0x1fU) == 0xd51b4220)			/* msr daif, Xn */
		cb = daif_written;
	else if (opcode == 0xd69f03e0)					/* eret */
		cb = daif_cleared;
	else if (vectors && pc - vectors < 0x800 && !((pc - vectors) % 0x80))
		cb = exception_taken;
	if (cb)
		qemu_plugin_register_vcpu_insn_exec_cb(insn, cb, QEMU_PLUGIN_CB_NO_REGS,
						       (void *)(uintptr_t)pc);
}

static void instrument(struct qemu_plugin_insn *insn)
{
	uint64_t pc = qemu_plugin_insn_vaddr(insn);
	unsigned int i, function;
	uint32_t opcode;

	memcpy(&opcode, qemu_plugin_insn_data(insn), 4);
	/* First the returns: of a root called again at once, the last call is over by then. */
	for (i = 0; i < nr_returns; i++)
		if (returns[i].pc == pc) {
			qemu_plugin_register_vcpu_insn_exec_cb(insn, root_returned,
							       QEMU_PLUGIN_CB_NO_REGS, NULL);
			break;
		}
	for (i = 0; i < nr_roots; i++)
		if (functions[roots[i]].start == pc)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, root_entered,
							       QEMU_PLUGIN_CB_NO_REGS,
							       (void *)(uintptr_t)i);
	if (!profiling) {
		instrument_interrupts(insn, pc, opcode);
		qemu_plugin_register_vcpu_insn_exec_inline(insn, QEMU_PLUGIN_INLINE_ADD_U64,
							   &executed, 1);
		return;
	}
	function = function_at(pc);
	qemu_plugin_register_vcpu_insn_exec_inline(insn, QEMU_PLUGIN_INLINE_ADD_U64,
						   &executed_in[function], 1);
	if (functions[function].start == pc)
		qemu_plugin_register_vcpu_insn_exec_inline(insn, QEMU_PLUGIN_INLINE_ADD_U64,
							   &entered[function], 1);
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t nr = qemu_plugin_tb_n_insns(tb), i;
	uintptr_t number;
	uint32_t opcode;

	(void)id;
	if (qemu_plugin_tb_vaddr(tb) >= text_start) {
		for (i = 0; i < nr; i++)
			instrument(qemu_plugin_tb_get_insn(tb, i));
		return;
	}
	if (profiling)
		qemu_plugin_register_vcpu_tb_exec_inline(tb, QEMU_PLUGIN_INLINE_ADD_U64,
							 &executed_in[0], nr);
	for (i = 0; i < nr; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);

		memcpy(&opcode, qemu_plugin_insn_data(insn), 4);
		number = opcode >> 5 & 0xffff;
		if ((opcode & 0xffe0001f) == 0x5280001f)	/* movz wzr, #number */
			qemu_plugin_register_vcpu_insn_exec_cb(insn, label_set,
							       QEMU_PLUGIN_CB_NO_REGS,
							       (void *)number);
	}
}

static void guest_ended(qemu_plugin_id_t id, void *data)
{
	unsigned int i;

	(void)id;
	(void)data;
	for (i = 0; i < STRETCHES_MAX; i++) {
		struct stretch *s = &stretches[i];

		if (s->count)
			fprintf(out, "stretch\t%s\t%s\t%s\t%u\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64
				"\t%" PRIx64 "\t%" PRIx64 "\n", functions[s->begin].name,
				functions[s->end].name, functions[roots[s->root]].name, s->label,
				s->count, s->total, s->max, s->max_begin_pc, s->max_end_pc);
	}
	if (depth)
		tell_error("a call of a root has not returned", functions[roots[root_on]].start);
	fprintf(out, "end\t%" PRIu64 "\t%" PRIu64 "\n", nr_calls, nr_errors);
	fclose(out);
}

QEMU_PLUGIN_EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info,
					   int argc, char **argv)
{
	const char *image = NULL, *names[ROOTS_MAX];
	int i;

	if (strcmp(info->target_name, "aarch64") || info->system.max_vcpus != 1)
		die("made for qemu-system-aarch64 -smp 1");
	for (i = 0; i < argc; i++) {
		const char *value = strchr(argv[i], '=');

		if (!value++)
			die("no such argument: %s", argv[i]);
		if (!strncmp(argv[i], "mode=", 5))
			profiling = !strcmp(value, "profile");
		else if (!strncmp(argv[i], "out=", 4))
			out = fopen(value, "w");
		else if (!strncmp(argv[i], "image=", 6))
			image = value;
		else if (!strncmp(argv[i], "symbols=", 8))
			read_symbols(value);
		else if (!strncmp(argv[i], "root=", 5) && nr_roots < ROOTS_MAX)
			names[nr_roots++] = value;
		else
			die("no such argument: %s", argv[i]);
	}
	if (!out || !image || !functions || !nr_roots)
		die("out=, image=, symbols= and root= are needed");
	for (i = 0; i < (int)nr_roots; i++)
		roots[i] = function_named(names[i]);
	read_image(image);
	if (profiling) {
		executed_in = array(nr_functions, sizeof(uint64_t));
		entered = array(nr_functions, sizeof(uint64_t));
		executed_before = array(nr_functions, sizeof(uint64_t));
		entered_before = array(nr_functions, sizeof(uint64_t));
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	qemu_plugin_register_atexit_cb(id, guest_ended, NULL);
	return 0;
}
