// SPDX-License-Identifier: GPL-2.0
/* Who lives in pages, and what do they keep there? See tenant.h. */
#include "tenant.h"

static u64 written(const struct address_space *tenant, unsigned long index)
{
	return (tenant->seed + index) * 0x9e3779b97f4a7c15ULL ^ index;
}

void tenant_init(struct address_space *tenant)
{
	spin_lock_init(&tenant->lock);
	tenant->nr_pages = 0;
}

/* Whose a folio is; it may have been left meanwhile, so look again under its lock. */
struct address_space *tenant_of(const struct folio *folio)
{
	return (struct address_space *)
		((unsigned long)READ_ONCE(folio->mapping) & ~PAGE_MAPPING_ANON);
}

/* The tenant's references and marks; not those of whoever brings the folio. */
void tenant_adopt(struct address_space *tenant, struct folio *folio,
		  unsigned long index)
{
	bool anon = tenant->kind == TENANT_ANON;
	long i, nr_pages = folio_nr_pages(folio);

	for (i = 0; i < nr_pages; i++) {
		struct page *page = &folio->page + i;

		page->index = index + i;
		tenant->pages[index + i] = page;
		if (anon)
			atomic_set(&page->_mapcount, 0);
	}
	if (tenant->kind >= TENANT_DIRTY)
		model_set_flag(&folio->page, PG_dirty);
	if (tenant->kind == TENANT_BUFFERS) {
		model_set_flag(&folio->page, PG_private);
		page_ref_add(&folio->page, 1);
	}
	WRITE_ONCE(folio->mapping, (struct address_space *)
		   ((unsigned long)tenant | (anon ? PAGE_MAPPING_ANON : 0)));
	page_ref_add(&folio->page, nr_pages);
}

/* The reverse, but for the references. Whoever leaves has waited for its disk. */
void tenant_abandon(struct folio *folio)
{
	long i;

	model_clear_flag(&folio->page, PG_writeback);
	model_clear_flag(&folio->page, PG_private);
	for (i = 0; i < folio_nr_pages(folio); i++)
		atomic_set(&(&folio->page)[i]._mapcount, -1);
	WRITE_ONCE(folio->mapping, NULL);
}

static void write_pages(struct address_space *tenant, u64 seed)
{
	unsigned long i;

	tenant->seed = seed;
	for (i = 0; i < tenant->nr_pages; i++)
		if (tenant->pages[i])
			tenant->pages[i]->content = written(tenant, i);
}

bool tenant_move_in(struct address_space *tenant, enum tenant_kind kind,
		    unsigned int order, u64 seed)
{
	gfp_t gfp = kind == TENANT_BUFFERS ? GFP_KERNEL | __GFP_MOVABLE :
					     GFP_HIGHUSER_MOVABLE;
	struct folio *folio = __folio_alloc(gfp, order, 0, NULL);

	if (!folio)
		return false;
	spin_lock(&tenant->lock);
	tenant->kind = kind;
	tenant->nr_pages = 1UL << order;
	tenant_adopt(tenant, folio, 0);
	write_pages(tenant, seed);
	spin_unlock(&tenant->lock);
	model_lru_add(folio);
	folio_put(folio);
	return true;
}

void tenant_move_out(struct address_space *tenant)
{
	struct folio *folios[TENANT_MAX_PAGES];
	long nr[TENANT_MAX_PAGES];
	unsigned int nr_folios = 0;
	unsigned long i;

	spin_lock(&tenant->lock);
	for (i = 0; i < tenant->nr_pages; i++) {
		struct page *page = tenant->pages[i];

		if (!page || PageTail(page))
			continue;
		folios[nr_folios] = (struct folio *)page;
		nr[nr_folios] = folio_nr_pages(folios[nr_folios]) +
				folio_test_private(folios[nr_folios]);
		tenant_abandon(folios[nr_folios++]);
	}
	tenant->nr_pages = 0;
	spin_unlock(&tenant->lock);

	while (nr_folios--)
		while (nr[nr_folios]--)
			folio_put(folios[nr_folios]);
}

void tenant_write(struct address_space *tenant, u64 seed)
{
	spin_lock(&tenant->lock);
	write_pages(tenant, seed);
	spin_unlock(&tenant->lock);
}

void tenant_check(struct address_space *tenant)
{
	unsigned long i;

	spin_lock(&tenant->lock);
	for (i = 0; i < tenant->nr_pages; i++) {
		struct page *page = tenant->pages[i];

		if (!page) {
			CHECK(tenant->kind == TENANT_FILE);
			continue;
		}
		MODEL_CHECK(page->index == i, page);
		MODEL_CHECK(tenant_of((struct folio *)compound_head(page)) == tenant,
			    page);
		MODEL_CHECK(page->content == written(tenant, i), page);
	}
	spin_unlock(&tenant->lock);
}

struct folio *tenant_get_folio(struct address_space *tenant, unsigned long index)
{
	struct folio *folio = NULL;

	spin_lock(&tenant->lock);
	if (index < tenant->nr_pages && tenant->pages[index]) {
		folio = page_folio(tenant->pages[index]);
		page_ref_add(&folio->page, 1);
	}
	spin_unlock(&tenant->lock);
	return folio;
}

void tenant_set_writeback(struct address_space *tenant, unsigned long index, bool on)
{
	struct folio *folio;

	spin_lock(&tenant->lock);
	if (index < tenant->nr_pages && tenant->pages[index]) {
		folio = page_folio(tenant->pages[index]);
		if (on)
			model_set_flag(&folio->page, PG_writeback);
		else
			model_clear_flag(&folio->page, PG_writeback);
	}
	spin_unlock(&tenant->lock);
}
