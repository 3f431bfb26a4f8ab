#ifndef MCSH_CLIBEDIT_SHIM_H
#define MCSH_CLIBEDIT_SHIM_H

#include <histedit.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

// Package.swift says how libedit is linked.
//
// el_set, el_get and history take a variable number of arguments, which Swift cannot pass.

// stdin, stdout and stderr are macros in some C libraries.
static inline EditLine *mcsh_el_init(const char *program) {
    return el_init(program, stdin, stdout, stderr);
}

// EL_CLIENTDATA: variadic.
static inline void mcsh_el_set_client_data(EditLine *editor, void *data) {
    el_set(editor, EL_CLIENTDATA, data);
}

// EL_CLIENTDATA: variadic, and answers through a pointer.
static inline void *mcsh_el_client_data(EditLine *editor) {
    void *data = NULL;
    el_get(editor, EL_CLIENTDATA, &data);
    return data;
}

// EL_EDITOR: variadic.
static inline void mcsh_el_set_editor(EditLine *editor, const char *name) {
    el_set(editor, EL_EDITOR, name);
}

// EL_EDITOR: variadic, and answers through a pointer.
static inline const char *mcsh_el_editor(EditLine *editor) {
    const char *name = NULL;
    el_get(editor, EL_EDITOR, &name);
    return name;
}

// EL_SIGNAL: variadic.
static inline void mcsh_el_set_signals(EditLine *editor, int are_handled) {
    el_set(editor, EL_SIGNAL, are_handled);
}

// EL_SETTY: variadic.
static inline void mcsh_el_set_tty(EditLine *editor, const char *mode, const char *setting) {
    el_set(editor, EL_SETTY, mode, setting, NULL);
}

// EL_PROMPT_ESC: variadic.
static inline void mcsh_el_set_prompt(EditLine *editor, char *(*prompt)(EditLine *), char literal) {
    el_set(editor, EL_PROMPT_ESC, prompt, literal);
}

// EL_RPROMPT_ESC: variadic.
static inline void mcsh_el_set_right_prompt(EditLine *editor, char *(*prompt)(EditLine *), char literal) {
    el_set(editor, EL_RPROMPT_ESC, prompt, literal);
}

// EL_GETCFN: variadic.
static inline void mcsh_el_set_reader(EditLine *editor, int (*reader)(EditLine *, wchar_t *)) {
    el_set(editor, EL_GETCFN, reader);
}

// EL_ADDFN: variadic.
static inline void mcsh_el_add_function(
    EditLine *editor, const char *name, const char *help, unsigned char (*function)(EditLine *, int)) {
    el_set(editor, EL_ADDFN, name, help, function);
}

// EL_BIND: variadic.
static inline void mcsh_el_bind(EditLine *editor, const char *key, const char *function) {
    el_set(editor, EL_BIND, key, function, NULL);
}

// EL_BIND with -a, the keys of vi's command mode: variadic.
static inline void mcsh_el_bind_alternate(EditLine *editor, const char *key, const char *function) {
    el_set(editor, EL_BIND, "-a", key, function, NULL);
}

// EL_PREP_TERM: variadic.
static inline void mcsh_el_prepare_terminal(EditLine *editor, int is_prepared) {
    el_set(editor, EL_PREP_TERM, is_prepared);
}

// EL_REFRESH: variadic.
static inline void mcsh_el_refresh(EditLine *editor) {
    el_set(editor, EL_REFRESH);
}

// EL_EDITMODE: variadic.
static inline void mcsh_el_set_editing(EditLine *editor, int is_on) {
    el_set(editor, EL_EDITMODE, is_on);
}

// EL_EDITMODE: variadic, and answers through a pointer.
static inline int mcsh_el_is_editing(EditLine *editor) {
    int is_on = 0;
    el_get(editor, EL_EDITMODE, &is_on);
    return is_on;
}

// EL_HIST wants `history`, which is variadic itself.
static inline void mcsh_el_set_history(EditLine *editor, History *list) {
    el_set(editor, EL_HIST, history, list);
}

// H_SETSIZE: variadic.
static inline void mcsh_history_set_size(History *list, int size) {
    HistEvent event;
    history(list, &event, H_SETSIZE, size);
}

// H_ENTER: variadic.
static inline void mcsh_history_enter(History *list, const char *line) {
    HistEvent event;
    history(list, &event, H_ENTER, line);
}

// stdout is a macro in some C libraries.
static inline void mcsh_flush_output(void) {
    fflush(stdout);
}

// MB_CUR_MAX is a macro that calls a function.
static inline int mcsh_bytes_per_character(void) {
    return (int)MB_CUR_MAX;
}

#endif
