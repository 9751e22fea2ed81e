// SPDX-License-Identifier: GPL-2.0
/*
 * Which numbers does vmcoreinfo tell dump tools? Its lines, with macros that leave each number
 * in the assembler instead of the note.
 */
#include <linux/buildid.h>
#include <linux/hugetlb.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/page-flags.h>
#include <linux/slab.h>
#include <linux/utsname.h>
#include <linux/vmalloc.h>
#include <linux/vmcore_info.h>
#include <linux/list.h>
#include <asm/page.h>

#define TELL(name, number) asm volatile("\n.ascii \"->" name " %0\"" : : "i" ((long)(number)))

#undef VMCOREINFO_SIZE
#undef VMCOREINFO_STRUCT_SIZE
#undef VMCOREINFO_OFFSET
#undef VMCOREINFO_TYPE_OFFSET
#undef VMCOREINFO_LENGTH
#undef VMCOREINFO_NUMBER
#define VMCOREINFO_SIZE(name) TELL("SIZE(" #name ")", sizeof(name))
#define VMCOREINFO_STRUCT_SIZE(name) TELL("SIZE(" #name ")", sizeof(struct name))
#define VMCOREINFO_OFFSET(name, field) TELL("OFFSET(" #name "." #field ")", offsetof(struct name, field))
#define VMCOREINFO_TYPE_OFFSET(name, field) TELL("OFFSET(" #name "." #field ")", offsetof(name, field))
#define VMCOREINFO_LENGTH(name, value) TELL("LENGTH(" #name ")", value)
#define VMCOREINFO_NUMBER(name) TELL("NUMBER(" #name ")", name)

void probe_vmcoreinfo(void);
void probe_vmcoreinfo(void)
{
#include "vmcoreinfo_body.h"
}
