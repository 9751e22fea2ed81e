/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Host shim: a warning ends the run, unless the test has said that it is going
 * to provoke one (shim_expect_warning()). Each is reported, not the first only.
 */
#ifndef _CMA_SHIM_BUG_H
#define _CMA_SHIM_BUG_H

#include <stdbool.h>

void shim_warn(const char *file, int line, const char *what);

#define WARN_ON_ONCE(condition) ({				\
	bool _warn = (condition);				\
	if (_warn)						\
		shim_warn(__FILE__, __LINE__, #condition);	\
	_warn; })

#define WARN_ON(condition)	WARN_ON_ONCE(condition)

#endif
