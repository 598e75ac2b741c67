/* Lets User-Mode Linux run on processors whose register file is larger than its buffer.
 *
 * The guest kernel saves and restores a process's extended registers (NT_X86_XSTATE) with a
 * buffer of fixed size.  On a processor with AMX the host's area is larger: reading into a short
 * buffer works, writing a short one back is refused, and the guest panics as it starts init.
 * Preloaded, this reads the whole area first, lays the guest's part over its front, and writes
 * the whole area back.  See ptrace(2), PTRACE_SETREGSET.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <elf.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/types.h>
#include <sys/uio.h>

#ifndef NT_X86_XSTATE
#define NT_X86_XSTATE 0x202
#endif
#define AREA 65536

typedef long (*ptrace_t)(int, pid_t, void *, void *);

long ptrace(enum __ptrace_request request, ...)
{
	static ptrace_t next;
	static char area[AREA];
	va_list arguments;
	va_start(arguments, request);
	pid_t pid = va_arg(arguments, pid_t);
	void *address = va_arg(arguments, void *);
	void *data = va_arg(arguments, void *);
	va_end(arguments);
	if (!next)
		next = (ptrace_t)dlsym(RTLD_NEXT, "ptrace");
	if (request != PTRACE_SETREGSET || (long)address != NT_X86_XSTATE)
		return next(request, pid, address, data);
	struct iovec *given = data, whole = {area, sizeof area};
	if (next(PTRACE_GETREGSET, pid, address, &whole) != 0 || whole.iov_len < given->iov_len)
		return next(request, pid, address, data);
	memcpy(area, given->iov_base, given->iov_len);
	return next(request, pid, address, &whole);
}
