// SPDX-License-Identifier: GPL-2.0
/*
 * A camera without a sensor: it takes frame buffers out of memory banks.
 *
 * Some cameras and codecs see two memory banks through two ports, and each
 * buffer has to lie in the right one. This driver does what theirs do: for every
 * bank there is a reserved-memory node and a child device that is attached to
 * it, as a device can be attached to one region only. Frame buffers come from
 * dma_alloc_coherent() on the child.
 *
 *	camera {
 *		compatible = "linux,cma-demo-camera";
 *		memory-region = <&bank0>, <&bank1>;
 *	};
 *
 * Where a real camera would start to write, this one inspects what it has got:
 * is the buffer in one piece, inside its bank, aligned and zeroed? Then it fills
 * the buffer with a pattern and holds it until it is told to let go, when the
 * pattern must still be there. So it serves to try out the memory layout of a
 * board before its drivers exist, and to test the allocator through the same
 * calls that any driver uses.
 *
 * Files in the device's sysfs folder, described in
 * Documentation/ABI/testing/sysfs-driver-cma-camera:
 *
 *	capture		"<bank> <frames> <bytes a frame>"	all of them or none
 *	verify		"<bank>" or "all"
 *	release		"<bank>" or "all"			verifies first
 *	report		banks, frames held, counters
 *
 * Locking: bank->lock protects the list of frames and the counters of a bank.
 * It is not held while buffers are allocated, so that captures run in parallel.
 */
#include <linux/ctype.h>
#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/kstrtox.h>
#include <linux/limits.h>
#include <linux/list.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/mod_devicetable.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/of.h>
#include <linux/of_device.h>
#include <linux/of_reserved_mem.h>
#include <linux/platform_device.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#define CAMERA_MAX_BANKS	4

/* The order up to which the DMA API aligns a buffer to its size. */
#ifdef CONFIG_CMA_ALIGNMENT
#define CAMERA_ALIGNMENT_ORDER	CONFIG_CMA_ALIGNMENT
#else
#define CAMERA_ALIGNMENT_ORDER	0
#endif

/**
 * struct frame - one buffer
 * @node: in the list of its bank, or of the capture that is taking it
 * @cpu: where the kernel sees it
 * @dma: where the camera would see it
 * @phys: where it lies
 * @bytes: size as asked for
 * @seed: what its pattern starts from
 */
struct frame {
	struct list_head node;
	u64 *cpu;
	dma_addr_t dma;
	phys_addr_t phys;
	size_t bytes;
	u64 seed;
};

/**
 * struct bank - one memory region and the port to it
 * @port: the device that buffers are allocated for
 * @index: which bank of the camera
 * @name: name of the region's node
 * @base: start of the region
 * @size: bytes in the region
 * @lock: see there
 * @frames: buffers held
 * @nr_frames: how many
 * @captured: buffers taken since probe
 * @failed: captures that did not get what they asked for
 */
struct bank {
	struct device port;
	unsigned int index;
	const char *name;
	phys_addr_t base;
	phys_addr_t size;

	struct mutex lock;	/* protects all that follows */
	struct list_head frames;
	unsigned int nr_frames;
	unsigned long captured;
	unsigned long failed;
};

struct camera {
	unsigned int nr_banks;
	struct bank *banks[CAMERA_MAX_BANKS];
};

/* Makes patterns of different frames differ, whatever their order. */
static atomic64_t next_seed = ATOMIC64_INIT(1);

static u64 pattern_at(const struct frame *frame, size_t word)
{
	return (frame->seed + word) * 0x9e3779b97f4a7c15ULL;
}

/* Does something with words [first_word, end_word) of a frame. */
typedef int piece_fn(struct frame *frame, size_t first_word, size_t end_word);

/*
 * Calls @visit for each page's worth of words, so that a frame of any size
 * neither hogs the CPU nor keeps a dying task.
 */
static int walk_frame(struct frame *frame, piece_fn *visit)
{
	const size_t piece = PAGE_SIZE / sizeof(u64);
	const size_t nr_words = frame->bytes / sizeof(u64);
	size_t word;
	int error;

	for (word = 0; word < nr_words; word += piece) {
		error = visit(frame, word, min(word + piece, nr_words));
		if (error)
			return error;
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return 0;
}

static int fill_piece(struct frame *frame, size_t first_word, size_t end_word)
{
	size_t word;

	for (word = first_word; word < end_word; word++)
		frame->cpu[word] = pattern_at(frame, word);
	return 0;
}

static int verify_piece(struct frame *frame, size_t first_word, size_t end_word)
{
	size_t word;

	for (word = first_word; word < end_word; word++)
		if (frame->cpu[word] != pattern_at(frame, word))
			return -EIO;
	return 0;
}

static int verify_frame(struct bank *bank, struct frame *frame)
{
	int error = walk_frame(frame, verify_piece);

	if (error == -EIO)
		dev_err(&bank->port, "frame at %pa: somebody wrote into it\n",
			&frame->phys);
	return error;
}

/*
 * No driver needs to know where its buffer lies beyond the DMA address. This
 * one asks the kernel's page tables, so as not to believe the allocator.
 */
static phys_addr_t phys_of(const void *cpu)
{
	if (is_vmalloc_addr(cpu))
		return page_to_phys(vmalloc_to_page(cpu)) + offset_in_page(cpu);
	return virt_to_phys((void *)cpu);
}

static bool is_contiguous(const struct frame *frame)
{
	size_t offset;

	for (offset = 0; offset < frame->bytes; offset += PAGE_SIZE)
		if (phys_of((void *)frame->cpu + offset) != frame->phys + offset)
			return false;
	return true;
}

/* No frame is larger than its bank: do_capture() sees to that. */
static bool is_inside(const struct bank *bank, const struct frame *frame)
{
	return frame->phys >= bank->base &&
	       frame->phys - bank->base <= bank->size - frame->bytes;
}

static bool is_outside(const struct bank *bank, const struct frame *frame)
{
	return frame->phys >= bank->base + bank->size ||
	       frame->phys + frame->bytes <= bank->base;
}

static bool is_aligned(const struct frame *frame)
{
	unsigned int order = min(get_order(frame->bytes),
				 CAMERA_ALIGNMENT_ORDER);

	return IS_ALIGNED(frame->phys, PAGE_SIZE << order);
}

/*
 * A frame from somewhere else is what the DMA API offers when a bank is full:
 * ordinary memory, for the driver to use if it can. This one cannot.
 */
static int inspect_frame(struct bank *bank, const struct frame *frame)
{
	const char *problem = NULL;

	if (!is_contiguous(frame))
		problem = "not in one piece";
	else if (is_outside(bank, frame))
		return -ENOSPC;
	else if (!is_inside(bank, frame))
		problem = "partly outside its bank";
	else if (!is_aligned(frame))
		problem = "not aligned";
	else if (memchr_inv(frame->cpu, 0, frame->bytes))
		problem = "not zeroed";
	if (!problem)
		return 0;

	dev_err(&bank->port, "frame at %pa, %zu bytes: %s\n", &frame->phys,
		frame->bytes, problem);
	return -EIO;
}

static void put_frame(struct bank *bank, struct frame *frame)
{
	dma_free_coherent(&bank->port, frame->bytes, frame->cpu, frame->dma);
	kfree(frame);
}

static void put_frames(struct bank *bank, struct list_head *frames)
{
	struct frame *frame, *next;

	list_for_each_entry_safe(frame, next, frames, node)
		put_frame(bank, frame);
	INIT_LIST_HEAD(frames);
}

/* Takes one frame, inspects it, fills it and adds it to @frames. */
static int get_frame(struct bank *bank, size_t bytes, struct list_head *frames)
{
	struct frame *frame;
	int error;

	frame = kzalloc(sizeof(*frame), GFP_KERNEL);
	if (!frame)
		return -ENOMEM;

	frame->bytes = bytes;
	frame->seed = (u64)atomic64_inc_return(&next_seed) << 40;
	frame->cpu = dma_alloc_coherent(&bank->port, bytes, &frame->dma,
					GFP_KERNEL | __GFP_NOWARN);
	if (!frame->cpu) {
		kfree(frame);
		return -ENOMEM;
	}
	frame->phys = phys_of(frame->cpu);

	error = inspect_frame(bank, frame);
	if (!error)
		error = walk_frame(frame, fill_piece);
	if (error) {
		put_frame(bank, frame);
		return error;
	}
	list_add_tail(&frame->node, frames);
	return 0;
}

static int capture(struct bank *bank, unsigned int nr_frames, size_t bytes)
{
	LIST_HEAD(frames);
	unsigned int i;
	int error = 0;

	for (i = 0; i < nr_frames && !error; i++)
		error = get_frame(bank, bytes, &frames);
	if (error)
		put_frames(bank, &frames);

	mutex_lock(&bank->lock);
	if (error) {
		bank->failed++;
	} else {
		list_splice_tail(&frames, &bank->frames);
		bank->nr_frames += nr_frames;
		bank->captured += nr_frames;
	}
	mutex_unlock(&bank->lock);
	return error;
}

/* Goes through all frames even when one is damaged; the first error counts. */
static int verify_bank(struct bank *bank)
{
	struct frame *frame;
	int result = 0;

	lockdep_assert_held(&bank->lock);

	list_for_each_entry(frame, &bank->frames, node) {
		int error = verify_frame(bank, frame);

		result = result ?: error;
		if (error == -EINTR)
			break;
	}
	return result;
}

static int verify(struct bank *bank)
{
	int error;

	mutex_lock(&bank->lock);
	error = verify_bank(bank);
	mutex_unlock(&bank->lock);
	return error;
}

static int release(struct bank *bank)
{
	int error;

	mutex_lock(&bank->lock);
	error = verify_bank(bank);
	put_frames(bank, &bank->frames);
	bank->nr_frames = 0;
	mutex_unlock(&bank->lock);
	return error;
}

/* User space */

static struct bank *find_bank(struct camera *camera, const char *text)
{
	unsigned int index;

	if (kstrtouint(text, 0, &index))
		return ERR_PTR(-EINVAL);
	if (index >= camera->nr_banks)
		return ERR_PTR(-ENODEV);
	return camera->banks[index];
}

/* As memparse() reads it, up to G; but what does not fit is no small number. */
static int parse_bytes(char *text, unsigned long long *bytes)
{
	static const char suffixes[] = "KMG";
	char *last = text + strlen(text) - 1;
	const char *suffix = strchr(suffixes, toupper(*last));
	unsigned int shift = suffix ? 10 * (suffix - suffixes + 1) : 0;
	int error;

	if (suffix)
		*last = '\0';
	error = kstrtoull(text, 0, bytes);
	if (error)
		return error == -ERANGE ? -E2BIG : error;
	if (*bytes > ULLONG_MAX >> shift)
		return -E2BIG;
	*bytes <<= shift;
	return 0;
}

static int do_capture(struct camera *camera, char **words)
{
	unsigned long long bytes;
	unsigned int nr_frames;
	struct bank *bank;
	int error;

	bank = find_bank(camera, words[0]);
	if (IS_ERR(bank))
		return PTR_ERR(bank);
	if (kstrtouint(words[1], 0, &nr_frames) || !nr_frames)
		return -EINVAL;
	error = parse_bytes(words[2], &bytes);
	if (error)
		return error;
	if (!bytes)
		return -EINVAL;
	/* Not even if nobody else were there. */
	if (bytes > bank->size || nr_frames > div64_u64(bank->size, bytes))
		return -E2BIG;

	return capture(bank, nr_frames, bytes);
}

static ssize_t capture_store(struct device *dev, struct device_attribute *attr,
			     const char *buf, size_t count)
{
	int nr_words;
	char **words;
	int error;

	words = argv_split(GFP_KERNEL, buf, &nr_words);
	if (!words)
		return -ENOMEM;
	error = nr_words == 3 ? do_capture(dev_get_drvdata(dev), words) : -EINVAL;
	argv_free(words);
	return error ?: count;
}
static DEVICE_ATTR_WO(capture);

/* Does something with the bank that user space names, or with all of them. */
static int for_banks(struct camera *camera, const char *text,
		     int (*act)(struct bank *bank))
{
	struct bank *bank;
	unsigned int i;
	int result = 0;

	if (!sysfs_streq(text, "all")) {
		bank = find_bank(camera, text);
		return IS_ERR(bank) ? PTR_ERR(bank) : act(bank);
	}
	for (i = 0; i < camera->nr_banks; i++) {
		int error = act(camera->banks[i]);

		result = result ?: error;
	}
	return result;
}

static ssize_t verify_store(struct device *dev, struct device_attribute *attr,
			    const char *buf, size_t count)
{
	return for_banks(dev_get_drvdata(dev), buf, verify) ?: count;
}
static DEVICE_ATTR_WO(verify);

static ssize_t release_store(struct device *dev, struct device_attribute *attr,
			     const char *buf, size_t count)
{
	return for_banks(dev_get_drvdata(dev), buf, release) ?: count;
}
static DEVICE_ATTR_WO(release);

static int report_bank(struct bank *bank, char *buf, int at)
{
	struct frame *frame;
	int start = at;

	mutex_lock(&bank->lock);
	at += sysfs_emit_at(buf, at,
			    "bank %u base %pa size %pa frames %u captured %lu failed %lu name %s\n",
			    bank->index, &bank->base, &bank->size,
			    bank->nr_frames, bank->captured, bank->failed,
			    bank->name);
	list_for_each_entry(frame, &bank->frames, node)
		at += sysfs_emit_at(buf, at, "frame bank %u phys %pa bytes %zu\n",
				    bank->index, &frame->phys, frame->bytes);
	mutex_unlock(&bank->lock);
	return at - start;
}

/* Addresses are for root only. What does not fit into a page is left out. */
static ssize_t report_show(struct device *dev, struct device_attribute *attr,
			   char *buf)
{
	struct camera *camera = dev_get_drvdata(dev);
	unsigned int i;
	int at = 0;

	for (i = 0; i < camera->nr_banks; i++)
		at += report_bank(camera->banks[i], buf, at);
	return at;
}
static DEVICE_ATTR_ADMIN_RO(report);

static struct attribute *cma_camera_attrs[] = {
	&dev_attr_capture.attr,
	&dev_attr_verify.attr,
	&dev_attr_release.attr,
	&dev_attr_report.attr,
	NULL,
};
ATTRIBUTE_GROUPS(cma_camera);

/* Coming and going */

static void free_bank(struct device *port)
{
	kfree(container_of(port, struct bank, port));
}

static void remove_bank(void *data)
{
	struct bank *bank = data;

	put_frames(bank, &bank->frames);
	of_reserved_mem_device_release(&bank->port);
	device_unregister(&bank->port);
}

/* Where the bank is: the region may have got its place only at boot. */
static int find_region(struct bank *bank, struct device_node *camera_node)
{
	struct device_node *node;
	struct reserved_mem *region;

	node = of_parse_phandle(camera_node, "memory-region", bank->index);
	if (!node)
		return -ENODEV;
	region = of_reserved_mem_lookup(node);
	of_node_put(node);
	if (!region)
		return -ENODEV;

	bank->name = region->name;
	bank->base = region->base;
	bank->size = region->size;
	return 0;
}

/*
 * The port is no device of the tree: it reaches memory as the camera does, and
 * so it is told to behave as if it were the camera's node.
 */
static int init_port(struct device *port, struct device *camera_dev,
		     unsigned int index)
{
	int error;

	port->parent = camera_dev;
	port->release = free_bank;
	port->dma_mask = &port->coherent_dma_mask;
	device_initialize(port);
	error = dev_set_name(port, "%s:bank%u", dev_name(camera_dev), index);
	if (error)
		return error;
	port->coherent_dma_mask = DMA_BIT_MASK(32);
	error = of_dma_configure(port, camera_dev->of_node, true);
	if (error)
		return error;
	return dma_set_mask_and_coherent(port, DMA_BIT_MASK(64));
}

static int add_bank(struct camera *camera, struct device *dev,
		    unsigned int index)
{
	struct bank *bank;
	int error;

	bank = kzalloc(sizeof(*bank), GFP_KERNEL);
	if (!bank)
		return -ENOMEM;
	bank->index = index;
	mutex_init(&bank->lock);
	INIT_LIST_HEAD(&bank->frames);

	error = init_port(&bank->port, dev, index);
	if (!error)
		error = find_region(bank, dev->of_node);
	if (!error)
		error = device_add(&bank->port);
	if (error) {
		put_device(&bank->port);
		return error;
	}
	error = of_reserved_mem_device_init_by_idx(&bank->port, dev->of_node,
						   index);
	if (error) {
		device_unregister(&bank->port);
		return error;
	}
	camera->banks[index] = bank;
	return devm_add_action_or_reset(dev, remove_bank, bank);
}

static int cma_camera_probe(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	struct camera *camera;
	int nr_banks;
	int i;

	nr_banks = of_count_phandle_with_args(dev->of_node, "memory-region",
					      NULL);
	if (nr_banks < 1 || nr_banks > CAMERA_MAX_BANKS)
		return dev_err_probe(dev, -EINVAL,
				     "memory-region must name 1 to %d banks\n",
				     CAMERA_MAX_BANKS);

	camera = devm_kzalloc(dev, sizeof(*camera), GFP_KERNEL);
	if (!camera)
		return -ENOMEM;
	camera->nr_banks = nr_banks;

	for (i = 0; i < nr_banks; i++) {
		int error = add_bank(camera, dev, i);

		if (error)
			return dev_err_probe(dev, error,
					     "bank %d: cannot use its memory region\n",
					     i);
	}
	platform_set_drvdata(pdev, camera);
	dev_info(dev, "%d memory banks\n", nr_banks);
	return 0;
}

static const struct of_device_id cma_camera_of_match[] = {
	{ .compatible = "linux,cma-demo-camera" },
	{ }
};
MODULE_DEVICE_TABLE(of, cma_camera_of_match);

static struct platform_driver cma_camera_driver = {
	.probe = cma_camera_probe,
	.driver = {
		.name = "cma-camera",
		.of_match_table = cma_camera_of_match,
		.dev_groups = cma_camera_groups,
	},
};
module_platform_driver(cma_camera_driver);

MODULE_DESCRIPTION("Camera without a sensor, a client of contiguous memory");
MODULE_LICENSE("GPL");
