/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the plan of a declaration (mm/cma/plan.c) must be, found with numbers
 * that do not wrap. Whoever checks a question gets a test failure if the answer
 * is another one.
 */
#ifndef _CMA_NAIVE_PLAN_H
#define _CMA_NAIVE_PLAN_H

#include "../../../mm/cma/plan.h"

/* A request to a machine, and the answer. */
struct question {
	struct cma_request req;
	struct cma_machine machine;
	struct cma_plan plan;
	int error;
};

/* For test_explain(). */
void question_explain(const void *context);

/* Ask, with rubbish in the answer. */
void question_declare(struct question *q);
void question_adopt(struct question *q);

/* Ask, and compare. */
void naive_check_declaration(struct question *q);
void naive_check_adoption(struct question *q);

#endif
