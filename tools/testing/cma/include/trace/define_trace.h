/* SPDX-License-Identifier: GPL-2.0 */
/* Host shim: there is nothing to define. */
