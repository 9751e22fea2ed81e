// SPDX-License-Identifier: GPL-2.0
/*
 * Does a display without an IOMMU get its scan-out buffers from the area that the board's tree
 * gives it? Any DRM driver with dumb buffers will do; PL111 is an unmodified client.
 *
 * Whose memory it is, the device's node says: the area of its memory-region; the default area
 * if it has none; no area at all if that region is not lent (memory of its own).
 */
#define _FILE_OFFSET_BITS 64
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <drm/drm.h>
#include <drm/drm_fourcc.h>

#include "area.h"
#include "page.h"
#include "pattern.h"
#include "proc.h"
#include "test.h"

#define CARD		"/dev/dri/card0"
#define NODE		"/sys/class/drm/card0/device/of_node/"
#define REGIONS		"/proc/device-tree/reserved-memory/"
#define WIDTH		800
#define HEIGHT		600
#define BITS		16
#define CONNECTED	1	/* of enum drm_connector_status, as the kernel knows it */
#define BUFFERS_MAX	512

struct screen {
	uint32_t handle;
	uint32_t pitch;
	size_t bytes;
	size_t nr_pages;
};

/* The first cell of a property, as it stands there. Return: whether there is one. */
static bool read_cell(const char *directory, const char *property, uint32_t *cell)
{
	char path[512];
	bool got;
	int fd;

	snprintf(path, sizeof(path), "%s%s", directory, property);
	fd = open(path, O_RDONLY);
	got = fd >= 0 && read(fd, cell, sizeof(*cell)) == sizeof(*cell);
	if (fd >= 0)
		close(fd);
	return got;
}

/* The entry of a directory that @is_it, or an empty name. */
static void find_entry(char name[AREA_NAME_MAX], const char *directory,
		       bool (*is_it)(const char *name, const void *what), const void *what)
{
	DIR *dir = opendir(directory);
	struct dirent *entry;

	name[0] = 0;
	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.' && is_it(entry->d_name, what))
			snprintf(name, AREA_NAME_MAX, "%.63s", entry->d_name);
	if (dir)
		closedir(dir);
}

static bool has_phandle(const char *name, const void *what)
{
	char directory[512];
	uint32_t phandle;

	snprintf(directory, sizeof(directory), REGIONS "%s/", name);
	return read_cell(directory, "phandle", &phandle) && phandle == *(const uint32_t *)what;
}

static bool is_default(const char *name, const void *what)
{
	char path[512];

	(void)what;
	snprintf(path, sizeof(path), REGIONS "%s/linux,cma-default", name);
	return !access(path, F_OK);
}

/* The area that the display has to use. Return: false if there is none. */
static bool find_display_area(struct area *area)
{
	char name[AREA_NAME_MAX];
	uint32_t region;

	if (read_cell(NODE, "memory-region", &region)) {
		find_entry(name, REGIONS, has_phandle, &region);
	} else {
		find_entry(name, REGIONS, is_default, NULL);
		if (area_find(area, name))	/* no such node, or cma= takes its place */
			snprintf(name, sizeof(name), "%s", AREA_DEFAULT);
	}
	printf("# the display's memory: %s\n", name);
	return !area_find(area, name);
}

/* Pages that all areas together hand out. */
static long used_everywhere(void)
{
	struct area areas[AREAS_MAX];
	int i, nr = area_list(areas);
	long used = 0;

	for (i = 0; i < nr; i++)
		used += area_used(&areas[i]);
	return used;
}

static int create_sized(int card, struct screen *screen, uint32_t width, uint32_t height)
{
	struct drm_mode_create_dumb dumb = { .width = width, .height = height, .bpp = BITS };

	if (ioctl(card, DRM_IOCTL_MODE_CREATE_DUMB, &dumb))
		return -errno;
	screen->handle = dumb.handle;
	screen->pitch = dumb.pitch;
	screen->bytes = dumb.size;
	screen->nr_pages = (dumb.size + PAGE_BYTES - 1) / PAGE_BYTES;
	return 0;
}

static int create(int card, struct screen *screen)
{
	return create_sized(card, screen, WIDTH, HEIGHT);
}

static void destroy(int card, const struct screen *screen)
{
	struct drm_mode_destroy_dumb dumb = { .handle = screen->handle };

	ioctl(card, DRM_IOCTL_MODE_DESTROY_DUMB, &dumb);
}

static void *map(int card, const struct screen *screen)
{
	struct drm_mode_map_dumb dumb = { .handle = screen->handle };
	void *addr;

	if (ioctl(card, DRM_IOCTL_MODE_MAP_DUMB, &dumb))
		return NULL;
	addr = mmap(NULL, screen->nr_pages * PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, card,
		    dumb.offset);
	return addr == MAP_FAILED ? NULL : addr;
}

FIXTURE(display) {
	int card;
	bool has_area;
	struct area area;
	long used;		/* of the display's area */
	long used_everywhere;
	long long counted;
};

FIXTURE_SETUP(display)
{
	self->card = open(CARD, O_RDWR | O_CLOEXEC);
	ASSERT_GE(self->card, 0)
		TH_LOG(CARD ": %s", strerror(errno));
	self->has_area = find_display_area(&self->area);
	self->used = self->has_area ? area_used(&self->area) : 0;
	self->counted = self->has_area ? area_counter(&self->area, "alloc_pages_success") : 0;
	self->used_everywhere = used_everywhere();
}

FIXTURE_TEARDOWN(display)
{
	if (self->card < 0)
		return;
	close(self->card);
	EXPECT_EQ(self->used_everywhere, used_everywhere());
	EXPECT_EQ(0, cma_free_error());
}

/* Of @nr_pages, how many come from areas? */
static long from_areas(bool has_area, size_t nr_pages)
{
	return has_area ? nr_pages : 0;
}

TEST_F(display, buffer_is_memory_of_its_area_and_goes_back)
{
	long expected;
	struct screen screen;
	void *addr;

	ASSERT_EQ(0, create(self->card, &screen));
	EXPECT_LE((size_t)WIDTH * HEIGHT * BITS / 8, screen.bytes);
	expected = from_areas(self->has_area, screen.nr_pages);
	EXPECT_EQ(self->used_everywhere + expected, used_everywhere());
	if (self->has_area) {
		EXPECT_EQ(self->used + expected, area_used(&self->area));
		EXPECT_EQ(self->counted + expected,
			  area_counter(&self->area, "alloc_pages_success"));
	}

	addr = map(self->card, &screen);
	ASSERT_NE(NULL, addr);
	pattern_fill(addr, 1, screen.nr_pages);
	EXPECT_EQ(0, pattern_wrong_pages(addr, 1, screen.nr_pages));
	munmap(addr, screen.nr_pages * PAGE_BYTES);
	destroy(self->card, &screen);
	EXPECT_EQ(self->used_everywhere, used_everywhere());
}

TEST_F(display, buffer_is_one_run_of_pages)
{
	unsigned char *before, *after;
	unsigned long start, len;
	struct screen screen;

	if (!self->has_area)
		SKIP(return, "the display has memory of its own");
	before = calloc(self->area.nr_pages, 1);
	after = calloc(self->area.nr_pages, 1);
	ASSERT_EQ(self->used, area_bitmap(&self->area, before));
	ASSERT_EQ(0, create(self->card, &screen));
	area_bitmap(&self->area, after);
	EXPECT_TRUE(bitmap_new_run(before, after, self->area.nr_pages, &start, &len));
	EXPECT_EQ(screen.nr_pages, len);
	destroy(self->card, &screen);
	free(before);
	free(after);
}

TEST_F(display, full_memory_is_an_error_and_all_comes_back)
{
	static struct screen screens[BUFFERS_MAX];
	int nr = 0, err = 0;

	while (nr < BUFFERS_MAX && !(err = create(self->card, &screens[nr])))
		nr++;
	EXPECT_EQ(-ENOMEM, err);
	ASSERT_GT(nr, 0);
	EXPECT_EQ(self->used_everywhere + from_areas(self->has_area, nr * screens[0].nr_pages),
		  used_everywhere());
	destroy(self->card, &screens[nr / 2]);
	EXPECT_EQ(0, create(self->card, &screens[nr / 2]));
	while (nr--)
		destroy(self->card, &screens[nr]);
}

/* A connected connector, its first mode, and a CRTC. Return: 0 or -errno. */
static int find_mode(int card, struct drm_mode_crtc *crtc, uint32_t *connector)
{
	uint32_t connectors[8], crtcs[8];
	static struct drm_mode_modeinfo modes[64];
	struct drm_mode_card_res res = {
		.connector_id_ptr = (uintptr_t)connectors, .count_connectors = 8,
		.crtc_id_ptr = (uintptr_t)crtcs, .count_crtcs = 8,
	};
	struct drm_mode_get_connector got = { .count_modes = 0 };

	if (ioctl(card, DRM_IOCTL_MODE_GETRESOURCES, &res))
		return -errno;
	if (!res.count_connectors || !res.count_crtcs)
		return -ENODEV;
	got.connector_id = connectors[0];
	if (ioctl(card, DRM_IOCTL_MODE_GETCONNECTOR, &got))	/* probes, and counts the modes */
		return -errno;
	got.modes_ptr = (uintptr_t)modes;
	got.count_modes = got.count_modes < 64 ? got.count_modes : 64;
	got.count_props = 0;
	got.count_encoders = 0;
	if (ioctl(card, DRM_IOCTL_MODE_GETCONNECTOR, &got))
		return -errno;
	if (got.connection != CONNECTED || !got.count_modes) {
		printf("# connector %u: status %u, %u modes\n", connectors[0], got.connection,
		       got.count_modes);
		return -ENOENT;
	}
	*connector = connectors[0];
	crtc->crtc_id = crtcs[0];
	crtc->mode = modes[0];
	crtc->mode_valid = 1;
	printf("# %u x %u\n", modes[0].hdisplay, modes[0].vdisplay);
	return 0;
}

TEST_F(display, shows_a_buffer)
{
	struct drm_mode_crtc on = { 0 }, off = { 0 };
	struct drm_mode_fb_cmd2 fb = { 0 };
	struct screen screen;
	uint32_t connector;
	void *addr;

	ASSERT_EQ(0, find_mode(self->card, &on, &connector));
	fb.width = on.mode.hdisplay;
	fb.height = on.mode.vdisplay;
	ASSERT_EQ(0, create_sized(self->card, &screen, fb.width, fb.height));
	addr = map(self->card, &screen);
	ASSERT_NE(NULL, addr);
	pattern_fill(addr, 2, screen.nr_pages);

	fb.pixel_format = DRM_FORMAT_RGB565;
	fb.handles[0] = screen.handle;
	fb.pitches[0] = screen.pitch;
	ASSERT_EQ(0, ioctl(self->card, DRM_IOCTL_MODE_ADDFB2, &fb)) {
		TH_LOG("ADDFB2: %s", strerror(errno));
	}
	on.fb_id = fb.fb_id;
	on.set_connectors_ptr = (uintptr_t)&connector;
	on.count_connectors = 1;
	ASSERT_EQ(0, ioctl(self->card, DRM_IOCTL_MODE_SETCRTC, &on)) {
		TH_LOG("SETCRTC: %s", strerror(errno));
	}

	/* While it is shown it is in use, whoever else lets go of it. */
	destroy(self->card, &screen);
	EXPECT_EQ(0, pattern_wrong_pages(addr, 2, screen.nr_pages));
	munmap(addr, screen.nr_pages * PAGE_BYTES);
	EXPECT_EQ(self->used_everywhere + from_areas(self->has_area, screen.nr_pages),
		  used_everywhere());

	off.crtc_id = on.crtc_id;
	EXPECT_EQ(0, ioctl(self->card, DRM_IOCTL_MODE_SETCRTC, &off));
	EXPECT_EQ(0, ioctl(self->card, DRM_IOCTL_MODE_RMFB, &fb.fb_id));
	EXPECT_EQ(self->used_everywhere, used_everywhere());
}

TEST_HARNESS_MAIN
