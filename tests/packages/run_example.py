"""Runs one example of holobench as its own __main__, without browser or server: run_example.py MODULE[:FUNCTION]

A report is rendered and saved instead of shown. Prints which recorder was used."""
import ast
import functools
import importlib
import sys
import webbrowser

import panel

# The title of this one's tab is longer than a file's name may be.
NOT_SAVED = ("pareto_scrub_3d",)


def quiet_run(bencher, may_save):
    real = bencher.run

    @functools.wraps(real)
    def run(*args, **kwargs):
        kwargs.update(show=False, save=may_save)
        for name in {"publish", "grouped"} & set(kwargs):
            kwargs[name] = False
        return real(*args, **kwargs)

    return run


def main(name):
    webbrowser.open = lambda *args, **kwargs: True
    for layout in (panel.Row, panel.Column, panel.Tabs):
        layout.show = lambda self, *args, **kwargs: None
    import bencher

    bencher.run = quiet_run(bencher, not any(part in name for part in NOT_SAVED))
    module_name, _, function = name.partition(":")
    module = importlib.import_module(module_name)
    if function:
        getattr(module, function)()
    else:  # with the module's own names, so that its classes pickle
        for node in ast.parse(open(module.__file__).read()).body:
            if isinstance(node, ast.If) and "__main__" in ast.unparse(node.test):
                exec(compile(ast.Module(node.body, []), module.__file__, "exec"), module.__dict__)
    import rerun

    rerun.disconnect()
    print("recorded by reel", rerun.__reel__)


if __name__ == "__main__":
    main(sys.argv[1])
