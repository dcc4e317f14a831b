"""What the detectors know, as YAML files with source and date: card ranges, test cards, words in
column names, words in messages.
"""
