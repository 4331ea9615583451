from setuptools import Extension, setup

setup(ext_modules=[Extension("wordtally", ["wordtally.c"])])
